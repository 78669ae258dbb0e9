import {
  type ErrorBody,
  type ErrorCode,
  type ErrorValues,
  errorDetail,
  errorRegistry,
  type FieldErrors,
} from "../contract/index.ts";
import { StoreUnavailable } from "../store/store.ts";

/** A refusal from the error registry; thrown anywhere below a route, answered by plugins/errors.ts. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, values: ErrorValues = {}, headers: Readonly<Record<string, string>> = {}) {
    super(errorDetail(code, values));
    this.code = code;
    this.headers = headers;
  }

  get status(): number {
    return errorRegistry[this.code].status;
  }

  get body(): ErrorBody {
    return { detail: this.message, code: this.code };
  }
}

/** Input that was refused, field by field. */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
  readonly errors: FieldErrors;
  constructor(errors: FieldErrors) {
    super("Invalid input.");
    this.errors = errors;
  }
}

/** What an error of any kind is told as: a refusal as it is, a record that is away, or a fault of ours. */
export function refusalOf(error: unknown, requestId: string): Refusal {
  if (error instanceof Refusal) {
    return error;
  }
  return error instanceof StoreUnavailable
    ? new Refusal("not_ready", { problem: error.message })
    : new Refusal("internal_error", { requestId });
}

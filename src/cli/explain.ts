import { ApiFailure, Unreachable } from "../client/client.ts";
import { Cancelled, CliFailure, systemCode, UsageError } from "./failure.ts";

/** What to print on standard error for any error, one entry per line. */
export function explain(error: unknown): string[] {
  if (error instanceof ApiFailure) {
    return explainRefusal(error);
  }
  if (error instanceof Unreachable) {
    const why = networkCode(error);
    const sentence = why === null ? error.message : error.message.replace(/\.$/, ` (${why}).`);
    return [
      `${sentence} Is the server running? Start it with "utm serve", or name another one with --server or UTM_SERVER.`,
    ];
  }
  if (error instanceof UsageError || error instanceof CliFailure || error instanceof Cancelled) {
    return error.message.split("\n");
  }
  const message = error instanceof Error ? error.message : String(error);
  return [`Unexpected error: ${message}. Set UTM_DEBUG=1 to see where it happened.`];
}

function explainRefusal(failure: ApiFailure): string[] {
  if (failure.status === 401) {
    return [`${failure.message} Log in with "utm login", or give a token with --token or UTM_TOKEN.`];
  }
  const lines: string[] = [];
  for (const [field, messages] of Object.entries(failure.fields)) {
    const text = [messages].flat().join(" ");
    lines.push(field === "non_field_errors" ? text : `${field}: ${text}`);
  }
  return lines.length > 0 ? lines : [failure.message];
}

/** What the network said (`ECONNREFUSED`, `UND_ERR_SOCKET`, `CERT_HAS_EXPIRED`), or null. */
export function networkCode(error: Unreachable): string | null {
  // fetch wraps the error of the socket in one of its own, and the client wraps that one.
  return error.cause instanceof Error ? systemCode(error.cause.cause) : null;
}

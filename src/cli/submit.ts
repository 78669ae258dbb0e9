import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiFailure, type contract, type RequestOptions, Unreachable } from "../client/client.ts";
import type { Call, TaskDetail } from "../contract/index.ts";
import { networkCode } from "./explain.ts";
import { CliFailure } from "./failure.ts";

export type SubmissionBody = Call<typeof contract.createTask>["body"];

/** One try to submit: a new task, or an earlier one once more. */
export type SubmitRequest = (request: RequestOptions) => Promise<TaskDetail>;

export type SubmitOptions = {
  /** Stops trying; what was sent may still have arrived. */
  signal?: AbortSignal;
  /** How long to keep asking after a connection broke. */
  giveUpAfterMs?: number;
  /** Told once, when the first connection broke. */
  onRetry?: () => void;
};

const retryDelayMs = 500;

/**
 * Submits a task once, whatever happens to the connection. Every try carries the same Idempotency-Key, so a try whose
 * answer was lost is answered with the task that it created. A connection that was never made is not tried again:
 * then there is nothing to find out, and the person should know at once. Throws ApiFailure, Unreachable, CliFailure.
 */
export async function submitTask(submit: SubmitRequest, options: SubmitOptions = {}): Promise<TaskDetail> {
  const headers = { "Idempotency-Key": randomUUID() };
  const deadline = Date.now() + (options.giveUpAfterMs ?? 60_000);
  let isUncertain = false;
  for (;;) {
    try {
      return await submit(options.signal === undefined ? { headers } : { headers, signal: options.signal });
    } catch (error) {
      if (options.signal?.aborted) {
        throw unknownFate(error);
      }
      if (!isUncertain) {
        if (!mayHaveArrived(error)) {
          throw error;
        }
        isUncertain = true;
        options.onRetry?.();
      } else if (error instanceof ApiFailure && !isPassing(error)) {
        throw error;
      }
      if (Date.now() > deadline) {
        throw unknownFate(error);
      }
      // An abort only cuts the pause short; the next try then throws at once.
      await sleep(retryDelayMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

function mayHaveArrived(error: unknown): boolean {
  return error instanceof Unreachable ? didBreak(error) : error instanceof ApiFailure && isPassing(error);
}

/** What a proxy says while the server behind it restarts, or what the server says while it starts. */
function isPassing(failure: ApiFailure): boolean {
  return failure.status === 502 || failure.status === 503 || failure.status === 504;
}

const brokenCodes = [
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
];

/** True when there was a connection and it broke; false when none could be made (refused, no such host, bad certificate). */
export function didBreak(error: Unreachable): boolean {
  return brokenCodes.includes(networkCode(error) ?? "");
}

function unknownFate(cause: unknown): CliFailure {
  const sentence = "The connection broke while the task was submitted, so it is not known whether it was.";
  return new CliFailure(`${sentence} "utm ls" shows it when the server is back.`, { cause });
}

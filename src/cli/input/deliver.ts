import { ApiFailure, type Client, contract, Unreachable } from "../../client/client.ts";
import { pause } from "../../client/follow.ts";
import { errorValues, maxInputBytes } from "../../contract/index.ts";
import { CliFailure } from "../failure.ts";
import { didBreak } from "../submit.ts";

/**
 * Bytes for the standard input of a task, in order, each once.
 *
 * The server takes what fits into the task's pipe and says how much that was; the rest is sent again after a pause, so a
 * slow reader slows us down, and through us whoever writes to us. A connection that could not be made left nothing behind
 * and is tried again. One that broke before the answer is different: whether the bytes arrived is not known, and sending
 * them again could double them, leaving them out could lose them. Either would be silent, so that is an error.
 */
export type Delivery = {
  client: Client;
  taskId: number;
  signal?: AbortSignal;
  /** Waits for a task that does not run yet, and while the server cannot be reached; otherwise both are errors. */
  isPatient: boolean;
  /** Told after every answer how many bytes were taken so far, all together. */
  onTaken?: (bytes: number) => void;
  /** Told once, when the task does not read and its pipe is full. */
  onFull?: () => void;
};

/** `closed`: the task takes no more, because it is over or its input was ended. */
export type DeliveryEnd = "delivered" | "closed" | "aborted";

/** There was no answer, or none that tells: nobody knows whether the bytes arrived. */
export class UncertainDelivery extends CliFailure {
  constructor(taskId: number, bytes: number, cause: Error) {
    const what = bytes === 0 ? "the end of its input" : `${bytes} bytes of input`;
    const why = cause instanceof ApiFailure ? cause.message : "The connection broke.";
    super(`It is not known whether ${what} arrived at task ${taskId}: ${why}`, { cause });
  }
}

/** Sends all chunks, then the end of input if asked to. Throws ApiFailure, Unreachable and UncertainDelivery. */
export async function deliver(
  chunks: AsyncIterable<Uint8Array>,
  withEnd: boolean,
  delivery: Delivery,
): Promise<DeliveryEnd> {
  const sender = createSender(delivery);
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += maxInputBytes) {
      const end = await sender(Buffer.from(chunk.subarray(start, start + maxInputBytes)), false);
      if (end !== "delivered") {
        return end;
      }
    }
  }
  if (delivery.signal?.aborted === true) {
    return "aborted";
  }
  return withEnd ? sender(Buffer.alloc(0), true) : "delivered";
}

const shortestPauseMs = 20;
const longestPauseMs = 1000;

function createSender(delivery: Delivery): (bytes: Buffer, withEnd: boolean) => Promise<DeliveryEnd> {
  const { client, taskId, signal } = delivery;
  const request = signal === undefined ? {} : { signal };
  let taken = 0;
  let toldOfFull = false;

  function took(bytes: number): void {
    taken += bytes;
    delivery.onTaken?.(taken);
  }

  return async (bytes, withEnd) => {
    let rest = bytes;
    let pauseMs = shortestPauseMs;
    while (signal?.aborted !== true) {
      const body = rest.length === 0 ? { end: withEnd } : { base64: rest.toString("base64"), end: withEnd };
      try {
        const { accepted_bytes: accepted } = await client.call(
          contract.sendInput,
          { params: { id: taskId }, body },
          request,
        );
        took(accepted);
        return "delivered";
      } catch (error) {
        const verdict = judge(error, rest.length, delivery);
        if (verdict === "closed" || verdict === "aborted") {
          return verdict;
        }
        took(verdict.accepted);
        rest = rest.subarray(verdict.accepted);
        if (verdict.isFull && !toldOfFull) {
          toldOfFull = true;
          delivery.onFull?.();
        }
        pauseMs = verdict.accepted > 0 ? shortestPauseMs : Math.min(longestPauseMs, pauseMs * 2);
        await pause(pauseMs, signal);
      }
    }
    return "aborted";
  };
}

type Verdict = "closed" | "aborted" | { accepted: number; isFull: boolean };

const nothingTaken: Verdict = { accepted: 0, isFull: false };

/** What a failed request means for the bytes in it. Throws when they can neither be sent again nor be given up. */
function judge(error: unknown, bytes: number, { taskId, signal, isPatient }: Delivery): Verdict {
  if (signal?.aborted === true) {
    return "aborted";
  }
  if (error instanceof Unreachable) {
    // The end of input alone can be sent twice: nothing is doubled.
    if (isPatient && (bytes === 0 || !didBreak(error))) {
      return nothingTaken;
    }
    if (didBreak(error)) {
      throw new UncertainDelivery(taskId, bytes, error);
    }
  }
  if (!(error instanceof ApiFailure)) {
    throw error;
  }
  if (error.code === "input_full") {
    const accepted = Number(errorValues("input_full", error.message)?.accepted);
    if (!Number.isSafeInteger(accepted) || accepted < 0 || accepted > bytes) {
      throw new UncertainDelivery(taskId, bytes, error);
    }
    return { accepted, isFull: true };
  }
  if (isPatient && (error.code === "already_over" || error.code === "input_ended")) {
    return "closed";
  }
  if (isPatient && error.code === "not_running") {
    return nothingTaken;
  }
  if (error.status >= 500) {
    if (isPatient && bytes === 0) {
      return nothingTaken;
    }
    throw new UncertainDelivery(taskId, bytes, error);
  }
  throw error;
}

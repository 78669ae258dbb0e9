import type { Call, TaskDetail } from "../../contract/index.ts";
import { client, contract } from "./client.ts";

/** What a person asks to be run. */
export type Order = Call<typeof contract.createTask>["body"];

/** A name for one submission: sent twice because an answer was lost, it still makes one task. */
export function newSubmissionKey(): string {
  // Not randomUUID: browsers offer that only on https and localhost.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}

/** Submits a task. Throws ApiFailure or Unreachable. */
export function createTask({ order, key }: { order: Order; key: string }): Promise<TaskDetail> {
  return client.call(contract.createTask, { body: order }, { headers: { "Idempotency-Key": key } });
}

import type { Call, DryRun, TaskDetail } from "../../contract/index.ts";
import { client, contract } from "./client.ts";
import { randomId } from "./random-id.ts";

/** What a person asks to be run. */
export type Order = Call<typeof contract.createTask>["body"];
/** What a rerun changes of the task it repeats. */
export type Edit = NonNullable<Call<typeof contract.rerunTask>["body"]>;

/** A name for one submission: sent twice because an answer was lost, it still makes one task. */
export function newSubmissionKey(): string {
  return randomId();
}

/** Submits a task. Throws ApiFailure or Unreachable. */
export function createTask({ order, key }: { order: Order; key: string }): Promise<TaskDetail> {
  return client.call(contract.createTask, { body: order }, { headers: { "Idempotency-Key": key } });
}

/** Submits a task once more, changed by the edit. Throws ApiFailure or Unreachable. */
export function rerunTask({ id, edit, key }: { id: number; edit: Edit; key: string }): Promise<TaskDetail> {
  const headers = { "Idempotency-Key": key };
  return client.call(contract.rerunTask, { params: { id }, body: edit }, { headers });
}

/** What submitting this would do. Throws ApiFailure or Unreachable. */
export function dryRunTask(order: Order, signal: AbortSignal): Promise<DryRun> {
  return client.call(contract.dryRunTask, { body: order }, { signal });
}

/** What submitting a task once more, changed by the edit, would do. Throws ApiFailure or Unreachable. */
export function dryRunRerun(id: number, edit: Edit, signal: AbortSignal): Promise<DryRun> {
  return client.call(contract.dryRunRerun, { params: { id }, body: edit }, { signal });
}

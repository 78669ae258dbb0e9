import { setTimeout as wait } from "node:timers/promises";
import {
  actionRefusal,
  type ErrorCode,
  type SignalName,
  type SignalTarget,
  type TaskAction,
  type TaskDetail,
  type TaskProcess,
} from "../../contract/index.ts";
import type { Reply, Request } from "../../dispatch/dispatcher.ts";
import type { TaskRow } from "../../store/store.ts";
import { type Actor, findOperableTask, findVisibleTask } from "../access.ts";
import type { Context } from "../context.ts";
import { Refusal } from "../failure.ts";
import { actionFacts } from "../present/task.ts";
import { detailOf } from "./tasks.ts";

/**
 * What a running task is told: suspend, resume, signal, input. Unlike a kill nothing is ordered for later: the node that
 * runs it does it now and says so, and only then is the request answered.
 */
export async function suspendTask(context: Context, actor: Actor, id: number): Promise<TaskDetail> {
  await tell(context, actor, id, "suspend", { kind: "suspend" });
  return currentDetail(context, actor, id);
}

export async function resumeTask(context: Context, actor: Actor, id: number): Promise<TaskDetail> {
  await tell(context, actor, id, "resume", { kind: "resume" });
  return currentDetail(context, actor, id);
}

export async function signalTask(
  context: Context,
  actor: Actor,
  id: number,
  order: { signal: SignalName; to: SignalTarget },
): Promise<TaskDetail> {
  await tell(context, actor, id, "signal", { kind: "signal", ...order });
  return currentDetail(context, actor, id);
}

export type InputOrder = { text?: string | undefined; base64?: string | undefined; end: boolean };

/** Writes to standard input, then ends it if so asked. Throws 409 when it takes none, or not all of it. */
export async function sendInput(
  context: Context,
  actor: Actor,
  id: number,
  order: InputOrder,
): Promise<{ accepted_bytes: number; ended: boolean }> {
  const { text, base64, end } = order;
  const data = base64 === undefined ? Buffer.from(text ?? "") : Buffer.from(base64, "base64");
  let accepted = 0;
  if (data.length > 0) {
    const reply = await tell(context, actor, id, "input", { kind: "input", data });
    accepted = reply.kind === "accepted" ? reply.bytes : 0;
    if (accepted < data.length) {
      throw new Refusal("input_full", { id, accepted, bytes: data.length });
    }
  }
  if (end) {
    await endInput(context, actor, id, accepted > 0);
  }
  return { accepted_bytes: accepted, ended: end };
}

/** A program that read what was sent and is over by now, or reads no more, has its end of input: that is no failure. */
async function endInput(context: Context, actor: Actor, id: number, wasSent: boolean): Promise<void> {
  try {
    await tell(context, actor, id, "input", { kind: "end_input" });
  } catch (error) {
    const isOverAnyway = error instanceof Refusal && endsOfInput.has(error.code);
    if (!wasSent || !isOverAnyway) {
      throw error;
    }
  }
}

const endsOfInput: ReadonlySet<ErrorCode> = new Set(["input_ended", "input_closed", "already_over", "not_running"]);

/** The processes of a task; none when it does not run. */
export async function listProcesses(context: Context, actor: Actor, id: number): Promise<TaskProcess[]> {
  const task = await findVisibleTask(context, actor, id);
  if (task.status !== "running") {
    return [];
  }
  const reply = await context.dispatcher.ask(requestTo(task, actor, { kind: "processes" }));
  if (reply === null) {
    throw new Refusal("node_silent", { id });
  }
  if (reply.kind !== "processes") {
    return [];
  }
  return reply.processes.map((process) => ({
    pid: process.pid,
    parent_pid: process.parentPid,
    state: process.state,
    command_line: process.commandLine,
    cpu_ms: process.cpuMs,
    rss_bytes: process.rssBytes,
  }));
}

/** How long record and node may be apart: at a start the record is first, at an end the node is. */
const agreementMs = 5000;
const askAgainMs = 50;

/** Has it done by the node. Throws 409 when the task does not stand so that it can be. */
async function tell(context: Context, actor: Actor, id: number, action: TaskAction, request: Request): Promise<Reply> {
  const deadline = performance.now() + agreementMs;
  for (;;) {
    const task = await findOperableTask(context, actor, id);
    const refusal = actionRefusal(action, actionFacts(task));
    if (refusal !== null) {
      throw new Refusal(refusal.code, { id, status: task.status });
    }
    const reply = await context.dispatcher.ask(requestTo(task, actor, request));
    if (reply === null) {
      throw new Refusal("node_silent", { id });
    }
    if (reply.kind === "refused") {
      throw new Refusal(reply.code, { id, problem: reply.problem ?? "" });
    }
    if (reply.kind !== "not_here") {
      return reply;
    }
    if (performance.now() > deadline) {
      throw new Refusal("node_silent", { id });
    }
    await wait(askAgainMs);
  }
}

function requestTo(task: TaskRow, actor: Actor, request: Request) {
  return { taskId: task.id, attempt: task.attempt, by: actor.user.username, nodeId: task.nodeId, ...request };
}

async function currentDetail(context: Context, actor: Actor, id: number): Promise<TaskDetail> {
  return detailOf(context, actor, await findVisibleTask(context, actor, id));
}

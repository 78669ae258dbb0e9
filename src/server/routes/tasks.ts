import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { contract, type TaskDetail, type TaskSummary } from "../../contract/index.ts";
import { bulkTasks } from "../actions/bulk.ts";
import { dryRunRerun, dryRunTask } from "../actions/dry-run.ts";
import { deleteTask } from "../actions/kill.ts";
import { rerunTask, type SubmissionResult, submitTask } from "../actions/submit.ts";
import { streamTasks } from "../actions/task-stream.ts";
import * as tasks from "../actions/tasks.ts";
import type { Context } from "../context.ts";
import { closeSignal, streamSignal } from "../live/close-signal.ts";
import { sendEvents } from "../live/event-stream.ts";
import { mount } from "../mount.ts";

/** Tasks. */
export function taskRoutes(app: FastifyInstance, context: Context): void {
  mount(app, context, contract.listTasks, async ({ actor, query, request, reply }) => {
    const page = await tasks.listTasks(context, actor, query);
    return describePage(page, request, reply);
  });
  mount(app, context, contract.createTask, async ({ actor, body, request, reply }) => {
    return answerSubmission(await submitTask(context, actor, body, idempotencyKeyOf(request)), reply);
  });
  mount(app, context, contract.rerunTask, async ({ actor, params, body, request, reply }) => {
    return answerSubmission(await rerunTask(context, actor, params.id, body, idempotencyKeyOf(request)), reply);
  });
  mount(app, context, contract.dryRunTask, ({ actor, body }) => dryRunTask(context, actor, body));
  mount(app, context, contract.dryRunRerun, ({ actor, params, body }) => dryRunRerun(context, actor, params.id, body));
  mount(app, context, contract.bulkTasks, ({ actor, body, request }) =>
    bulkTasks(context, actor, body, { idempotencyKey: idempotencyKeyOf(request), requestId: request.id }),
  );
  mount(app, context, contract.getTask, ({ actor, params }) => tasks.getTask(context, actor, params.id));
  mount(app, context, contract.replaceTask, ({ actor, params, body }) =>
    tasks.editTask(context, actor, params.id, body),
  );
  mount(app, context, contract.updateTask, ({ actor, params, body }) =>
    tasks.editTask(context, actor, params.id, body),
  );
  mount(app, context, contract.deleteTask, async ({ actor, params, reply }) => {
    const { detail, isKilled } = await deleteTask(context, actor, params.id, closeSignal(reply));
    reply.status(isKilled ? 200 : 202);
    return { detail };
  });
  mount(app, context, contract.streamTasks, async ({ actor, query, request, reply }) =>
    sendEvents(reply, await streamTasks(context, actor, query.owner, streamSignal(context, actor, request, reply))),
  );
}

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers["idempotency-key"];
  return typeof key === "string" ? key : undefined;
}

function answerSubmission(result: SubmissionResult, reply: FastifyReply): TaskDetail {
  if (result.isReplayed) {
    reply.status(200).header("Idempotent-Replayed", "true");
  }
  return result.task;
}

/** Paging lives in headers, so that the body is the array it has always been. */
function describePage(page: tasks.TaskPage, request: FastifyRequest, reply: FastifyReply): TaskSummary[] {
  if (page.total !== null) {
    reply.header("X-Total-Count", String(page.total));
  }
  if (page.nextCursor !== null) {
    const next = new URL(request.url, "http://server");
    next.searchParams.set("cursor", String(page.nextCursor));
    reply.header("Link", `<${next.pathname}${next.search}>; rel="next"`);
  }
  return page.tasks;
}

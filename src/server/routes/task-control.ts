import type { FastifyInstance } from "fastify";
import { contract } from "../../contract/index.ts";
import * as control from "../actions/control.ts";
import { listAttempts, listEvents } from "../actions/history.ts";
import { killTask } from "../actions/kill.ts";
import { readUsage } from "../actions/usage.ts";
import type { Context } from "../context.ts";
import { mount } from "../mount.ts";

/** What is done to a running task, and what happened to it. */
export function taskControlRoutes(app: FastifyInstance, context: Context): void {
  mount(app, context, contract.killTask, ({ actor, params, body }) => killTask(context, actor, params.id, body));
  mount(app, context, contract.suspendTask, ({ actor, params }) => control.suspendTask(context, actor, params.id));
  mount(app, context, contract.resumeTask, ({ actor, params }) => control.resumeTask(context, actor, params.id));
  mount(app, context, contract.signalTask, ({ actor, params, body }) =>
    control.signalTask(context, actor, params.id, body),
  );
  mount(app, context, contract.sendInput, ({ actor, params, body }) =>
    control.sendInput(context, actor, params.id, body),
  );
  mount(app, context, contract.listProcesses, ({ actor, params }) => control.listProcesses(context, actor, params.id));
  mount(app, context, contract.listAttempts, ({ actor, params }) => listAttempts(context, actor, params.id));
  mount(app, context, contract.listEvents, ({ actor, params }) => listEvents(context, actor, params.id));
  mount(app, context, contract.getUsage, ({ actor, params, query }) => readUsage(context, actor, params.id, query));
}

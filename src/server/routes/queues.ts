import type { FastifyInstance } from "fastify";
import { contract } from "../../contract/index.ts";
import * as queues from "../actions/queues.ts";
import type { Context } from "../context.ts";
import { mount } from "../mount.ts";

/** The lanes that tasks wait in. */
export function queueRoutes(app: FastifyInstance, context: Context): void {
  mount(app, context, contract.listQueues, () => queues.listQueues(context));
  mount(app, context, contract.createQueue, ({ actor, body }) => queues.createQueue(context, actor, body));
  mount(app, context, contract.updateQueue, ({ actor, params, body }) =>
    queues.updateQueue(context, actor, params.name, body),
  );
  mount(app, context, contract.removeQueue, ({ actor, params }) => queues.removeQueue(context, actor, params.name));
}

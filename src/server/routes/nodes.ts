import type { FastifyInstance } from "fastify";
import { contract } from "../../contract/index.ts";
import * as nodes from "../actions/nodes.ts";
import type { Context } from "../context.ts";
import { mount } from "../mount.ts";

/** The machines that run tasks. */
export function nodeRoutes(app: FastifyInstance, context: Context): void {
  mount(app, context, contract.listNodes, ({ actor }) => nodes.listNodes(context, actor));
  mount(app, context, contract.getNode, ({ actor, params }) => nodes.getNode(context, actor, params.id));
  mount(app, context, contract.drainNode, ({ actor, params }) => nodes.drainNode(context, actor, params.id));
  mount(app, context, contract.resumeNode, ({ actor, params }) => nodes.resumeNode(context, actor, params.id));
  mount(app, context, contract.forgetNode, ({ actor, params }) => nodes.forgetNode(context, actor, params.id));
}

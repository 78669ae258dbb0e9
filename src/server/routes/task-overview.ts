import type { FastifyInstance } from "fastify";
import { contract } from "../../contract/index.ts";
import { getUsualDuration, listDurations, listLastLines } from "../actions/overview.ts";
import type { Context } from "../context.ts";
import { mount } from "../mount.ts";

/** What a list of tasks shows beside its rows. */
export function taskOverviewRoutes(app: FastifyInstance, context: Context): void {
  mount(app, context, contract.listDurations, ({ actor, query }) => listDurations(context, actor, query));
  mount(app, context, contract.getUsualDuration, ({ actor, params }) => getUsualDuration(context, actor, params.id));
  mount(app, context, contract.listLastLines, ({ actor, query }) => listLastLines(context, actor, query.ids));
}

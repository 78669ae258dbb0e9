import type { FastifyInstance } from "fastify";
import { contract } from "../../contract/index.ts";
import { getStatistics } from "../actions/statistics.ts";
import type { Context } from "../context.ts";
import { createEndedTasks } from "../ended-tasks.ts";
import { mount } from "../mount.ts";

/** Figures about many tasks. */
export function statisticsRoutes(app: FastifyInstance, context: Context): void {
  const endedTasks = createEndedTasks(context.store.statistics, context.clock);
  mount(app, context, contract.getStatistics, ({ actor, query }) => getStatistics(context, actor, endedTasks, query));
}

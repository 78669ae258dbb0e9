import { dryRunEndpoints } from "./dry-run.ts";
import { nodeEndpoints } from "./nodes.ts";
import { outputEndpoints } from "./output.ts";
import { queueEndpoints } from "./queues.ts";
import { statisticsEndpoints } from "./statistics.ts";
import { systemEndpoints } from "./system.ts";
import { taskControlEndpoints } from "./task-control.ts";
import { taskOverviewEndpoints } from "./task-overview.ts";
import { taskEndpoints } from "./tasks.ts";
import { tokenEndpoints } from "./tokens.ts";
import { userEndpoints } from "./users.ts";

/** Everything server, browser and CLI share. The only barrel of the project. */
export const contract = {
  ...userEndpoints,
  ...tokenEndpoints,
  ...taskEndpoints,
  ...taskOverviewEndpoints,
  ...dryRunEndpoints,
  ...taskControlEndpoints,
  ...outputEndpoints,
  ...nodeEndpoints,
  ...queueEndpoints,
  ...statisticsEndpoints,
  ...systemEndpoints,
};
export type Contract = typeof contract;
export type EndpointName = keyof Contract;

export * from "./dry-run.ts";
export * from "./endpoint.ts";
export * from "./errors.ts";
export * from "./nodes.ts";
export * from "./output.ts";
export * from "./permissions.ts";
export * from "./queues.ts";
export * from "./shell-words.ts";
export * from "./statistics.ts";
export * from "./system.ts";
export * from "./task-control.ts";
export * from "./task-input.ts";
export * from "./task-overview.ts";
export * from "./task-policy.ts";
export * from "./task-states.ts";
export * from "./tasks.ts";
export * from "./tokens.ts";
export * from "./users.ts";
export * from "./validation.ts";

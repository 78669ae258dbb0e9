import type { FastifyInstance } from "fastify";
import { contract } from "../../contract/index.ts";
import type { Context } from "../context.ts";
import { mount } from "../mount.ts";
import { defaultKillGraceMs } from "../present/task-spec.ts";

/** The server itself. */
export function systemRoutes(app: FastifyInstance, context: Context): void {
  mount(app, context, contract.health, async () => ({ status: "ok" as const }));
  mount(app, context, contract.readiness, async ({ reply }) => {
    const missing = await context.problems();
    reply.status(missing.length === 0 ? 200 : 503);
    return { status: missing.length === 0 ? ("ready" as const) : ("not_ready" as const), missing };
  });
  mount(app, context, contract.info, async () => ({
    name: "UNIX Task Manager" as const,
    version: context.version,
    registration: context.config.registration,
    has_users: (await context.store.users.count()) > 0,
    default_sleep_seconds: context.config.defaultSleepSeconds,
    default_kill_grace_seconds: defaultKillGraceMs / 1000,
  }));
  mount(app, context, contract.listSettings, async () => [...context.settings]);
}

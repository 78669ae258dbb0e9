import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { SharedCounter } from "../../dispatch/shared-counter.ts";
import { Refusal } from "../failure.ts";
import { countsOf } from "./limit-counts.ts";

/**
 * Guessing passwords and filling the server with accounts is slowed down. Counted over all servers of the installation;
 * without a counter, or while it cannot be reached, over this one.
 */
export async function limitLogins(
  app: FastifyInstance,
  perMinute: number,
  counter: SharedCounter | null,
): Promise<void> {
  // One password tried on many names is guessing as well: an address has a limit of its own.
  await app.register(rateLimit, {
    max: perMinute * addressFactor,
    timeWindow: 60_000,
    store: countsOf("login", counter),
    errorResponseBuilder: (_, { ttl }) => tooMany(ttl),
  });
  const byName = app.createRateLimit({
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => `${request.ip} ${usernameOf(request)}`,
  });
  // The username is in the body, which is there only after it was parsed.
  app.addHook("preHandler", async (request) => {
    const state = await byName(request);
    if (!state.isAllowed && state.isExceeded) {
      throw tooMany(state.ttl);
    }
  });
}

const addressFactor = 10;

export async function limitRegistrations(
  app: FastifyInstance,
  perHour: number,
  counter: SharedCounter | null,
): Promise<void> {
  await app.register(rateLimit, {
    max: perHour,
    timeWindow: 3_600_000,
    store: countsOf("register", counter),
    errorResponseBuilder: (_, { ttl }) => tooMany(ttl),
  });
}

function tooMany(ttlMs: number): Refusal {
  const seconds = Math.ceil(ttlMs / 1000);
  return new Refusal("too_many_requests", { seconds }, { "Retry-After": String(seconds) });
}

function usernameOf(request: FastifyRequest): string {
  const body = request.body as { username?: unknown } | null | undefined;
  return typeof body?.username === "string" ? body.username.slice(0, 200) : "";
}

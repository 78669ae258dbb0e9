import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Refusal } from "../failure.ts";

/** Guessing passwords and filling the server with accounts is slowed down. Counted per server process. */
export async function limitLogins(app: FastifyInstance, perMinute: number): Promise<void> {
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: 60_000,
    // The username is in the body, which is there only after it was parsed.
    hook: "preHandler",
    keyGenerator: (request) => `${request.ip} ${usernameOf(request)}`,
    errorResponseBuilder: (_, { ttl }) => tooMany(ttl),
  });
}

export async function limitRegistrations(app: FastifyInstance, perHour: number): Promise<void> {
  await app.register(rateLimit, {
    max: perHour,
    timeWindow: 3_600_000,
    errorResponseBuilder: (_, { ttl }) => tooMany(ttl),
  });
}

function tooMany(ttlMs: number): Refusal {
  return new Refusal("too_many_requests", { seconds: Math.ceil(ttlMs / 1000) });
}

function usernameOf(request: FastifyRequest): string {
  const body = request.body as { username?: unknown } | null | undefined;
  return typeof body?.username === "string" ? body.username.slice(0, 200) : "";
}

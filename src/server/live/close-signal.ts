import type { FastifyReply, FastifyRequest } from "fastify";
import { type Actor, authenticate } from "../access.ts";
import type { Context } from "../context.ts";

/** Aborts when the connection of this answer is closed, by either side. */
export function closeSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => controller.abort());
  return controller.signal;
}

const recheckMs = 15_000;

/**
 * For a stream that may last for days: aborts also when the token was revoked, or what its owner may do has changed. The
 * client connects again and is judged anew.
 */
export function streamSignal(
  context: Context,
  actor: Actor,
  request: FastifyRequest,
  reply: FastifyReply,
): AbortSignal {
  const closed = closeSignal(reply);
  const revoked = new AbortController();
  const look = async () => {
    const now = await authenticate(context, request);
    const isSame = [...actor.permissions].every((permission) => now.permissions.has(permission));
    if (!isSame) {
      revoked.abort();
    }
  };
  const timer = setInterval(() => {
    look().catch(() => revoked.abort());
  }, recheckMs).unref();
  closed.addEventListener("abort", () => clearInterval(timer), { once: true });
  return AbortSignal.any([closed, revoked.signal]);
}

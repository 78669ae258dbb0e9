import type { FastifyReply } from "fastify";

/** Aborts when the connection of this answer is closed, by either side. */
export function closeSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => controller.abort());
  return controller.signal;
}

import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";

/** One line per request: refusals at info, the rest at debug. Errors of ours are logged where they are answered. */
export function logRequests(app: FastifyInstance, context: Context): void {
  app.addHook("onResponse", async (request, reply) => {
    const fields = {
      requestId: request.id,
      method: request.method,
      path: request.url.split("?", 1)[0],
      status: reply.statusCode,
      userId: request.actor?.user.id,
      durationMs: Math.round(reply.elapsedTime),
    };
    if (reply.statusCode >= 400 && reply.statusCode < 500) {
      context.log.info(fields, "request refused");
    } else {
      context.log.debug(fields, "request");
    }
  });
}

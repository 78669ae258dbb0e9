import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Endpoint } from "../../contract/index.ts";
import { admit } from "../access.ts";
import type { Context } from "../context.ts";
import { InvalidInput, Refusal, refusalOf } from "../failure.ts";
import { bodyLimitBytes } from "./bodies.ts";

/** Every error leaves through here, in the API's shape. What is not a refusal is a bug or the machine, and is logged. */
export function answerErrors(app: FastifyInstance, context: Context): void {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    if (error instanceof InvalidInput) {
      return reply.status(400).send(error.errors);
    }
    const refusal = translate(error, request);
    if (refusal.status >= 500) {
      context.log.error(
        { err: error, requestId: request.id, method: request.method, url: request.url },
        "request failed",
      );
    }
    return sendRefusal(reply, refusal);
  });
}

/** What the framework refuses before it knows a route: an address that cannot be decoded. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  sendRefusal(reply, translate(error, request));
}

function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  if (refusal.status === 401) {
    reply.header("WWW-Authenticate", "Token");
  }
  if (refusal.code === "body_too_large") {
    // Fastify would close the connection under a client that is still sending, which then sees no answer at all. Kept
    // open, Node reads the rest and drops it.
    reply.removeHeader("Connection");
  }
  if (refusal.status === 503) {
    reply.header("Retry-After", "5");
  }
  return reply.status(refusal.status).headers(refusal.headers).send(refusal.body);
}

/** Errors of the framework and of the store, by their own codes. */
function translate(error: FastifyError | Error, request: FastifyRequest): Refusal {
  const code = "code" in error ? error.code : "";
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new Refusal("body_too_large", { limit: bodyLimitBytes });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new Refusal("unsupported_media_type", { type: request.headers["content-type"] ?? "" });
    default: {
      const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
      return status >= 400 && status < 500
        ? new Refusal("bad_request", { problem: error.message })
        : refusalOf(error, request.id);
    }
  }
}

const allMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/**
 * A known path with another method answers 405 and names those it has; like the original, only after it has seen who is
 * asking. Call it when all endpoints are mounted.
 */
export function answerWrongMethods(app: FastifyInstance, context: Context, endpoints: readonly Endpoint[]): void {
  const byPath = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    byPath.set(endpoint.path, [...(byPath.get(endpoint.path) ?? []), endpoint]);
  }
  for (const [path, known] of byPath) {
    const methods = known.map((endpoint) => endpoint.method);
    const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
    const isPublic = known.some((endpoint) => endpoint.access === "public");
    app.route({
      method: allMethods.filter((method) => !methods.includes(method)),
      url: path,
      schema: { hide: true },
      onRequest: async (request, reply) => {
        await admit(context, request, isPublic ? "public" : "signed_in");
        const refusal = new Refusal("method_not_allowed", { method: request.method }, { Allow: allow });
        return sendRefusal(reply, refusal);
      },
      handler: async () => undefined,
    });
  }
}

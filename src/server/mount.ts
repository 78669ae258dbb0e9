import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Answer, type Endpoint, type Input, parseInput } from "../contract/index.ts";
import { type Actor, admit } from "./access.ts";
import type { Context } from "./context.ts";
import { InvalidInput, Refusal } from "./failure.ts";

/**
 * Mounts an endpoint of the contract: who is asking, may they, is the input right; then the handler. The order is that of
 * the original service: 401 and 403 come before 400.
 */
export type Call<E extends Endpoint, A> = Input<E> & { actor: A; request: FastifyRequest; reply: FastifyReply };

type ActorOf<E extends Endpoint> = E["access"] extends "public" ? null : Actor;

declare module "fastify" {
  interface FastifyRequest {
    /** Set before the body is read, so that a refusal does not wait for it. */
    actor: Actor | null;
  }
}

export function mount<E extends Endpoint>(
  app: FastifyInstance,
  context: Context,
  endpoint: E,
  handler: (call: Call<E, ActorOf<E>>) => Promise<Answer<E> | FastifyReply>,
): void {
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    config: { endpoint },
    schema: describe(endpoint),
    onRequest: async (request) => {
      request.actor = await admit(context, request, endpoint.access);
    },
    handler: async (request, reply) => {
      const call = { ...readInput(endpoint, request), actor: request.actor as ActorOf<E>, request, reply };
      reply.status(endpoint.status);
      return handler(call);
    },
  });
}

function readInput<E extends Endpoint>(endpoint: E, request: FastifyRequest): Input<E> {
  const params = endpoint.params === undefined ? undefined : parseInput(endpoint.params, request.params);
  if (params?.ok === false) {
    // An id that is no number names nothing.
    throw new Refusal("not_found");
  }
  const query = endpoint.query === undefined ? undefined : parseInput(endpoint.query, withoutEmpty(request.query));
  if (query?.ok === false) {
    throw new InvalidInput(query.errors);
  }
  const body = endpoint.body === undefined ? undefined : parseInput(endpoint.body, request.body ?? {});
  if (body?.ok === false) {
    throw new InvalidInput(body.errors);
  }
  return { params: params?.value, query: query?.value, body: body?.value } as Input<E>;
}

/** A form sends all its fields: one that was left empty asks for nothing. */
function withoutEmpty(query: unknown): Record<string, unknown> {
  const given = Object.entries(query as Record<string, unknown>).filter(([, value]) => value !== "");
  return Object.fromEntries(given);
}

/** What OpenAPI says of it; nothing here checks anything. */
function describe(endpoint: Endpoint): Record<string, unknown> {
  const schema: Record<string, unknown> = {
    summary: endpoint.summary,
    tags: [endpoint.tag],
    security: endpoint.access === "public" ? [] : [{ token: [] }],
  };
  const response = endpoint.kind === "json" ? endpoint.response : undefined;
  if (response !== undefined) {
    schema.response = { [endpoint.status]: response };
  }
  if (endpoint.params !== undefined) {
    schema.params = endpoint.params;
  }
  if (endpoint.query !== undefined) {
    schema.querystring = endpoint.query;
  }
  if (endpoint.body !== undefined) {
    schema.body = endpoint.body;
  }
  return schema;
}

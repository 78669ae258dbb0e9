import type { z } from "zod";
import type { Permission } from "./permissions.ts";

/**
 * One operation of the API, written once: the server mounts it, the client calls it, OpenAPI describes it.
 * `access` is `public`, or the permission the caller's role must have. What depends on the body (free commands)
 * is checked in the action with the same table.
 */
export type Endpoint = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with `:name` parameters and the trailing slash clients have always used. */
  readonly path: string;
  readonly summary: string;
  readonly tag: "users" | "tasks" | "output" | "nodes" | "queues" | "system";
  readonly access: "public" | "signed_in" | Permission;
  /** What an answer is made of: a JSON body, raw bytes, or server-sent events. */
  readonly kind: "json" | "bytes" | "events";
  /** Status of the usual success. */
  readonly status: 200 | 201 | 202;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
};

type Part<E extends Endpoint, Key extends "params" | "query" | "body"> = E[Key] extends z.ZodType
  ? E[Key]
  : z.ZodUndefined;

/** What a handler gets: parsed and checked. */
export type Input<E extends Endpoint> = {
  params: z.output<Part<E, "params">>;
  query: z.output<Part<E, "query">>;
  body: z.output<Part<E, "body">>;
};

/** What a caller sends: before defaults and conversions. */
export type Call<E extends Endpoint> = {
  [Key in "params" | "query" | "body" as E[Key] extends z.ZodType ? Key : never]: z.input<Part<E, Key>>;
};

export type Answer<E extends Endpoint> = z.output<E["response"]>;

/** Keeps the exact types of an endpoint while checking its shape. */
export function endpoint<const E extends Endpoint>(definition: E): E {
  return definition;
}

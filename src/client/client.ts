import type { Answer, Call, Endpoint, FieldErrors } from "../contract/index.ts";
import { contract } from "../contract/index.ts";
import { readEvents, type ServerEvent } from "./events.ts";

/** The typed HTTP client that the CLI and the web page use; there is no other way in. */
export type ClientOptions = {
  /** Address of the server without a trailing slash; empty in the browser (same origin). */
  server: string;
  /** Asked at every request, so that logging in or out takes effect at once. */
  token: () => string | null;
};

export type RequestOptions = { signal?: AbortSignal; headers?: Record<string, string> };

/** An answer of the server that is not a success. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly status: number;
  readonly code: string | null;
  /** Messages per field of a refused input; empty otherwise. */
  readonly fields: FieldErrors;
  /** Seconds to wait before trying again, when the server names them. */
  readonly retryAfterSeconds: number | null;

  constructor(message: string, about: Pick<ApiFailure, "status" | "code" | "fields" | "retryAfterSeconds">) {
    super(message);
    this.status = about.status;
    this.code = about.code;
    this.fields = about.fields;
    this.retryAfterSeconds = about.retryAfterSeconds;
  }
}

/** The server could not be reached at all, or the connection broke. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export type Client = {
  /** Calls one operation and answers with its parsed JSON body. Throws ApiFailure or Unreachable. */
  call<E extends Endpoint>(endpoint: E, call: Call<E>, options?: RequestOptions): Promise<Answer<E>>;
  /** Like call, for operations of any kind, with the bare response. */
  fetch<E extends Endpoint>(endpoint: E, call: Call<E>, options?: RequestOptions): Promise<Response>;
  /** Opens an event stream; ends when the server ends it, throws when the connection breaks. */
  events<E extends Endpoint>(endpoint: E, call: Call<E>, options?: RequestOptions): AsyncGenerator<ServerEvent>;
};

export { contract };

export function createClient(options: ClientOptions): Client {
  async function send(endpoint: Endpoint, call: LooseCall, request: RequestOptions = {}): Promise<Response> {
    const headers = new Headers(request.headers);
    const token = options.token();
    if (token !== null && !headers.has("Authorization")) {
      headers.set("Authorization", `Token ${token}`);
    }
    const init: RequestInit = { method: endpoint.method, headers };
    if (request.signal !== undefined) {
      init.signal = request.signal;
    }
    if (call.body !== undefined) {
      headers.set("Content-Type", "application/json");
      init.body = JSON.stringify(call.body);
    }
    if (endpoint.kind === "events") {
      headers.set("Accept", "text/event-stream");
    }
    const response = await reach(options.server + pathOf(endpoint, call), init);
    if (!response.ok) {
      throw await failureOf(response);
    }
    return response;
  }

  return {
    fetch: (endpoint, call, request) => send(endpoint, call, request),
    async call(endpoint, call, request) {
      const response = await send(endpoint, call, request);
      return (await readJson(response, request?.signal)) as Answer<typeof endpoint>;
    },
    async *events(endpoint, call, request) {
      const response = await send(endpoint, call, request);
      if (response.body !== null) {
        yield* readEvents(response.body);
      }
    },
  };
}

type LooseCall = { params?: unknown; query?: unknown; body?: unknown };

/** Path and query of a call, for links and for requests. */
export function pathOf(endpoint: Endpoint, call: LooseCall): string {
  const params = (call.params ?? {}) as Record<string, unknown>;
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((call.query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== null && value !== "") {
      search.set(name, String(value));
    }
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) {
      throw error;
    }
    throw new Unreachable(`Cannot reach ${new URL(url, "http://this-server").origin}.`, { cause: error });
  }
}

async function readJson(response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new Unreachable("The answer of the server broke off, or is not JSON.", { cause: error });
  }
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const text = await response.text();
  const retryAfter = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null;
  const about = { status: response.status, code: null, fields: {}, retryAfterSeconds };
  const body = parseObject(text);
  if (typeof body?.detail === "string") {
    const code = typeof body.code === "string" ? body.code : null;
    return new ApiFailure(body.detail, { ...about, code });
  }
  if (body !== null && response.status === 400) {
    const fields = body as FieldErrors;
    return new ApiFailure(sentenceOf(fields), { ...about, fields });
  }
  return new ApiFailure(`The server answered ${response.status} ${response.statusText}.`, about);
}

function sentenceOf(fields: FieldErrors): string {
  return Object.entries(fields)
    .map(([field, messages]) => (field === "non_field_errors" ? messages.join(" ") : `${field}: ${messages.join(" ")}`))
    .join("\n");
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

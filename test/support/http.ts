import type { Member } from "./server.ts";

/** Bare HTTP, for what the typed client would not send and would not show. */
export type Sent = {
  /** Whose token goes along; none when left out. */
  as?: Member | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string;
  headers?: Record<string, string>;
};

export type Exchange = { status: number; headers: Headers; text: string; body: unknown };

/** One request and its whole answer. Redirects are not followed; `body` is the parsed JSON, or undefined if it is none. */
export async function send(server: { url: string }, method: string, path: string, sent: Sent = {}): Promise<Exchange> {
  const headers = new Headers(sent.headers);
  if (sent.as !== undefined && !headers.has("Authorization")) {
    headers.set("Authorization", `Token ${sent.as.token}`);
  }
  const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json);
  if (body !== undefined && !headers.has("Content-Type")) {
    headers.set("Content-Type", "application/json");
  }
  const init: RequestInit = { method, headers, redirect: "manual" };
  if (body !== undefined) {
    init.body = body;
  }
  const response = await fetch(server.url + path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

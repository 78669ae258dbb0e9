import { expect } from "vitest";
import { type ErrorCode, errorRegistry } from "../../src/contract/index.ts";
import { type Exchange, type Sent, send } from "./http.ts";
import { readRecord } from "./record.ts";
import type { Member, TestServer } from "./server.ts";
import { waitFor } from "./wait-for.ts";

/**
 * Sends what must be refused, and checks all that holds for any refusal: its status, the API's shape, a registered code,
 * no change in the record, and nothing in the log of the server, since the mistake is not its own.
 */
export async function expectRefusal(
  server: TestServer,
  as: Member,
  request: { method: string; path: string; sent?: Sent; status: number },
): Promise<Exchange> {
  const before = await settledRecord(server);
  const answer = await send(server, request.method, request.path, { as, ...request.sent });
  expect(answer).toMatchObject({ status: request.status });
  expectErrorShape(answer);
  expect(await recordNow(server)).toBe(before);
  expect(server.output).not.toMatch(/"level":(40|50|60)/);
  return answer;
}

function expectErrorShape(answer: Exchange): void {
  const body = answer.body as Record<string, unknown>;
  if (typeof body.detail === "string") {
    expect(Object.keys(body).toSorted()).toEqual(["code", "detail"]);
    expect(errorRegistry[body.code as ErrorCode]).toMatchObject({ status: answer.status });
    expect(body.detail).not.toMatch(/\{\w+\}/);
    return;
  }
  expect(answer.status).toBe(400);
  expect(Object.keys(body).length).toBeGreaterThan(0);
  for (const messages of Object.values(body)) {
    expect(messages).toEqual(expect.arrayContaining([expect.stringMatching(/^.+$/s)]));
  }
}

/** Without the nodes: their sign of life is written without any request. */
async function recordNow(server: TestServer): Promise<string> {
  const { nodes: _nodes, locks: _locks, ...record } = await readRecord(server);
  return JSON.stringify(record);
}

/** The last write of an earlier request may still be under way. */
function settledRecord(server: TestServer): Promise<string> {
  let last = "";
  return waitFor("the record to settle", async () => {
    const seen = last;
    last = await recordNow(server);
    return seen === last ? last : null;
  });
}

import { beforeAll, describe, expect, it } from "vitest";
import type { Exchange, Sent } from "../support/http.ts";
import { expectRefusal } from "../support/refusal.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** Addresses, queries and tokens that name nothing: refused like bad input, with nothing changed and nothing logged. */
const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
  // There is a task 1, which odd spellings of its number must not reach.
  expect(await ada.submit({ name: "kept", run_at: "2099-01-01T00:00:00Z" })).toMatchObject({ id: 1 });
});

function refused(method: string, path: string, sent: Sent, status: number): Promise<Exchange> {
  return expectRefusal(server, ada, { method, path, sent, status });
}

describe("an id that names nothing", () => {
  it.each([
    "x",
    "1x",
    "-1",
    "0",
    "1.5",
    "1e0",
    "1.0",
    "+1",
    "%201",
    "0x1",
    "9007199254740993",
    "99999999999999999999999",
    "%00",
    "%ff",
    "%20",
    "NaN",
  ])("%s", async (id) => {
    for (const [method, suffix] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["POST", "kill/"],
      ["GET", "output/"],
    ] as const) {
      const json = method === "PATCH" ? { name: "x" } : undefined;
      const status = id === "%ff" ? 400 : 404;
      await refused(method, `/taskapi/tasks/${id}/${suffix}`, { json }, status);
    }
  });

  it.each(["/taskapi/nothing/", "/userapi/nothing", "/taskapi", "/taskapi/tasks/1/nothing/", "//taskapi/tasks/"])(
    "a path that is none: %s",
    async (path) => {
      await refused("POST", path, { json: {} }, 404);
    },
  );
});

describe("a query", () => {
  it.each([
    "status=done",
    "status=pending,done",
    "status=PENDING",
    "ordering=name",
    "limit=0",
    "limit=-1",
    "limit=x",
    "limit=10001",
    "limit=1.5",
    "cursor=x",
    "cursor=-1",
    "count=maybe",
    "since=yesterday",
    "until=2025-01-01",
    "limit=1&limit=2",
    "status=pending&status=running",
    `q=${"x".repeat(501)}`,
  ])("?%s", async (query) => {
    const answer = await refused("GET", `/taskapi/tasks/?${query}`, {}, 400);
    expect(Object.keys(answer.body as object)).toEqual([query.split("=", 1)[0]]);
  });
});

it("a token nobody has, however odd", async () => {
  for (const token of ["x", "x".repeat(8000), "'; drop table users; --", "%00"]) {
    await refused("GET", "/taskapi/tasks/", { headers: { Authorization: `Token ${token}` } }, 401);
  }
});

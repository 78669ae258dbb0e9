import { beforeAll, expect, it } from "vitest";
import type { BulkResult } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** The same done to many tasks: one answer for each, and what refuses stops none of the others. */
const server = startSharedServer();
let ada: Member;
let bob: Member;

beforeAll(async () => {
  ada = await server.join("ada");
  bob = await server.join("bob");
});

async function bulk(body: Record<string, unknown>, as = ada, headers: Record<string, string> = {}) {
  const { status, body: answer } = await send(server, "POST", "/taskapi/tasks/bulk/", { as, json: body, headers });
  return { status, results: answer as BulkResult[] };
}

const brief = ({ id, ok, code }: BulkResult) => [id, ok, code];

it("kills what runs, and says of each other one why not, in the order given", async () => {
  const over = await ada.waitForEnd((await ada.submit({ command: "true" })).id);
  const [first, second] = [await ada.submit({ command: "sleep 60" }), await ada.submit({ command: "sleep 60" })];
  const ids = [second.id, over.id, 4_000_000, first.id, second.id];
  const { status, results } = await bulk({ action: "kill", ids });
  expect(status).toBe(200);
  expect(results.map(brief)).toEqual([
    [second.id, true, null],
    [over.id, false, "already_over"],
    [4_000_000, false, "not_found"],
    [first.id, true, null],
  ]);
  expect(results[1]?.detail).toBe(`Task ${over.id} is already over: it is completed.`);
  expect((await ada.waitForEnd(first.id)).status).toBe("killed");
  expect((await ada.waitForEnd(second.id)).status).toBe("killed");
});

it("suspends and resumes what a filter names", async () => {
  const tasks = [];
  for (const name of ["one", "two"]) {
    const task = await ada.submit({ name, command: "echo up; sleep 60", tags: ["pausing"] });
    await waitFor("it to run", async () => (await ada.output(task.id)) !== "");
    tasks.push(task.id);
  }
  const suspended = await bulk({ action: "suspend", filter: { tag: "pausing" } });
  expect(suspended.results.map((result) => [result.id, result.task?.suspended])).toEqual(tasks.map((id) => [id, true]));
  const resumed = await bulk({ action: "resume", filter: { tag: "pausing", status: "running" } });
  expect(resumed.results.map((result) => [result.id, result.task?.suspended])).toEqual(tasks.map((id) => [id, false]));
  expect((await bulk({ action: "kill", filter: { tag: "no such" } })).results).toEqual([]);
  await bulk({ action: "kill", filter: { tag: "pausing" } });
});

it("reruns in order, and not twice under one key", async () => {
  const ids = [(await ada.submit({ command: "exit 3" })).id, (await ada.submit({ command: "exit 4" })).id];
  const headers = { "Idempotency-Key": "all once more" };
  const { results } = await bulk({ action: "rerun", ids }, ada, headers);
  const made = results.map(({ task }) => task?.id ?? 0);
  expect(made).toEqual([...made].sort((a, b) => a - b));
  const codes = [];
  for (const id of made) {
    codes.push((await ada.waitForEnd(id)).exit_code);
  }
  expect(codes).toEqual([3, 4]);
  expect((await bulk({ action: "rerun", ids }, ada, headers)).results.map(({ task }) => task?.id)).toEqual(made);
});

it("does nothing to somebody else's tasks", async () => {
  const task = await ada.submit({ command: "sleep 60" });
  expect((await bulk({ action: "kill", ids: [task.id] }, bob)).results.map(brief)).toEqual([
    [task.id, false, "not_found"],
  ]);
  expect((await bulk({ action: "kill", filter: { owner: "ada" } }, bob)).status).toBe(403);
  expect((await ada.get(task.id)).status).not.toBe("killed");
  await bulk({ action: "kill", ids: [task.id] });
});

it.each([
  { body: {}, names: ["action"] },
  { body: { action: "kill" }, names: ["non_field_errors"] },
  { body: { action: "kill", ids: [1], filter: {} }, names: ["non_field_errors"] },
  { body: { action: "delete", ids: [1] }, names: ["action"] },
  { body: { action: "kill", ids: [] }, names: ["ids"] },
  { body: { action: "kill", ids: ["all"] }, names: ["ids"] },
  { body: { action: "kill", ids: Array.from({ length: 1001 }, (_, index) => index + 1) }, names: ["ids"] },
  { body: { action: "kill", filter: { status: "over" } }, names: ["filter"] },
  { body: { action: "kill", filter: { owner: "nobody" } }, names: ["owner"] },
])("is refused as a whole when the order is wrong: $names", async ({ body, names }) => {
  const { status, results } = await bulk(body);
  expect([status, Object.keys(results)]).toEqual([400, names]);
});

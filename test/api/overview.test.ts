import { beforeAll, expect, it } from "vitest";
import type { LastLine, TaskDuration } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** What a list shows beside its rows: durations, and what running tasks wrote last. */
const server = startSharedServer();
let ada: Member;
let bob: Member;

beforeAll(async () => {
  ada = await server.join("ada");
  bob = await server.join("bob");
  await ada.giveRole(bob, "operator");
});

async function ask<Body>(path: string, as: Member): Promise<{ status: number; body: Body }> {
  const { status, body } = await send(server, "GET", path, { as });
  return { status, body: body as Body };
}

it("durations are those of the filter, newest first", async () => {
  const ended = await ada.waitForEnd((await ada.submit({ name: "quick", command: "exit 3", tags: ["points"] })).id);
  const later = { name: "later", run_at: "2099-01-01T00:00:00Z", tags: ["points"] };
  const waiting = await ada.submit(later);
  const { body } = await ask<TaskDuration[]>("/taskapi/tasks/durations/?tag=points", ada);
  const { id, created_at, duration_ms } = ended;
  expect(body).toEqual([
    {
      id: waiting.id,
      name: "later",
      status: "pending",
      outcome: null,
      created_at: waiting.created_at,
      duration_ms: null,
    },
    { id, name: "quick", status: "failed", outcome: "exited", created_at, duration_ms },
  ]);
  const limited = await ask<TaskDuration[]>("/taskapi/tasks/durations/?tag=points&limit=1", ada);
  expect(limited.body.map((point) => point.id)).toEqual([waiting.id]);
  expect((await ask<TaskDuration[]>("/taskapi/tasks/durations/", bob)).body).toEqual([]);
  expect((await ask("/taskapi/tasks/durations/?owner=ada", bob)).status).toBe(403);
  expect((await ask("/taskapi/tasks/durations/?limit=5001", ada)).status).toBe(400);
});

it("the usual duration is that of earlier tasks like it that completed", async () => {
  const order = { name: "usual", command: 'test -n "$BREAK" && exit 1; exit 0' };
  const first = await ada.waitForEnd((await ada.submit(order)).id);
  await ada.waitForEnd((await ada.submit({ ...order, env: { BREAK: "1" } })).id);
  const { id } = await ada.submit(order);
  const usual = { count: 1, p50_ms: first.duration_ms, p95_ms: first.duration_ms };
  expect((await ask(`/taskapi/tasks/${id}/usual/`, ada)).body).toEqual(usual);
  const none = { count: 0, p50_ms: null, p95_ms: null };
  expect((await ask(`/taskapi/tasks/${first.id}/usual/`, ada)).body).toEqual(none);
  expect((await ask(`/taskapi/tasks/4000000/usual/`, ada)).status).toBe(404);
});

it("last lines are of one's own tasks that run", async () => {
  const task = await ada.submit({ command: "echo first; printf 'half\\rwhole\\n\\n'; sleep 60" });
  const over = await ada.waitForEnd((await ada.submit({ command: "echo over" })).id);
  await waitFor("its output", async () => (await ada.output(task.id)).includes("whole"));
  const path = `/taskapi/tasks/last-lines/?ids=${over.id},${task.id},4000000`;
  const expected: LastLine[] = [{ id: task.id, attempt: 1, text: "whole" }];
  expect((await ask(path, ada)).body).toEqual(expected);
  expect((await ask(path, bob)).body).toEqual([]);
  await send(server, "POST", `/taskapi/tasks/${task.id}/kill/`, { as: ada, json: {} });
});

it.each(["", "?ids=", "?ids=one", `?ids=${Array.from({ length: 101 }, (_, index) => index + 1)}`])(
  "last lines of no list of at most 100 ids are refused: %s",
  async (query) => {
    const { status, body } = await ask<Record<string, string[]>>(`/taskapi/tasks/last-lines/${query}`, ada);
    expect([status, Object.keys(body)]).toEqual([400, ["ids"]]);
  },
);

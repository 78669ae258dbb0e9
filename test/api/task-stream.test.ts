import { beforeAll, expect, it } from "vitest";
import { contract, type TaskSummary } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** The stream of changes: created, changed and ended, of the tasks one may see and of no others. */
const server = startSharedServer();
let root: Member;
let ada: Member;
let bob: Member;
beforeAll(async () => {
  root = await server.join("root");
  ada = await server.join("ada");
  bob = await server.join("bob");
});

type Heard = { event: string; task: TaskSummary };
type Listening = { heard: Heard[]; of: (id: number) => Heard[]; stop: () => Promise<void> };

/** Listens until stopped. Answers once the server has begun to send. */
async function listen(as: Member, query: { owner?: string } = {}): Promise<Listening> {
  const heard: Heard[] = [];
  const controller = new AbortController();
  const events = as.client.events(contract.streamTasks, { query }, { signal: controller.signal });
  const reading = (async () => {
    for await (const { event, data } of events) {
      heard.push({ event, task: JSON.parse(data) as TaskSummary });
    }
  })().catch(() => undefined);
  // A task of the listener's own shows that the stream is open.
  const owner = query.owner === undefined || query.owner === "*" ? as : bob;
  await waitFor("the stream to begin", async () => {
    const probe = await owner.submit({ name: "probe", run_at: "2099-01-01T00:00:00Z" });
    await waitFor("the probe", () => heard.some(({ task }) => task.id === probe.id), 300).catch(() => undefined);
    return heard.length > 0;
  });
  return {
    heard,
    of: (id) => heard.filter(({ task }) => task.id === id),
    stop: async () => {
      controller.abort();
      await reading;
    },
  };
}

it("tells of a task from creation to end, each time with the task as it is by then", async () => {
  const stream = await listen(root);
  const { id } = await root.submit({ name: "told", command: "sleep 0.3; exit 3" });
  await waitFor("its end", () => stream.of(id).some(({ event }) => event === "ended"));
  await stream.stop();
  const told = stream.of(id);
  expect(told[0]).toMatchObject({ event: "created", task: { name: "told", owner: "root" } });
  expect(told.some(({ task }) => task.status === "running")).toBe(true);
  expect(told.at(-1)).toMatchObject({ event: "ended", task: { status: "failed", exit_code: 3 } });
  expect(told.filter(({ event }) => event === "created")).toHaveLength(1);
  expect(told.filter(({ event }) => event === "ended")).toHaveLength(1);
});

it("tells of an edit, and of a kill", async () => {
  const { id } = await ada.submit({ name: "before", run_at: "2099-01-01T00:00:00Z" });
  const stream = await listen(ada);
  await ada.client.call(contract.updateTask, { params: { id }, body: { name: "after" } });
  await waitFor("the edit", () => stream.of(id).some(({ task }) => task.name === "after"));
  await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
  await waitFor("the end", () => stream.of(id).some(({ event }) => event === "ended"));
  await stream.stop();
  expect(stream.of(id).at(-1)).toMatchObject({ event: "ended", task: { status: "killed", name: "after" } });
});

it("tells nobody of others' tasks, unless they may see all and ask for it", async () => {
  const hers = await listen(ada);
  const own = await listen(root);
  const everybody = await listen(root, { owner: "*" });
  const his = await listen(root, { owner: "bob" });
  const { id } = await bob.submit({ name: "secret", run_at: "2099-01-01T00:00:00Z" });
  const last = await ada.submit({ name: "last", run_at: "2099-01-01T00:00:00Z" });
  const lastOfRoot = await root.submit({ name: "last", run_at: "2099-01-01T00:00:00Z" });
  await waitFor("all of it", () => everybody.of(lastOfRoot.id).length > 0 && his.of(id).length > 0);
  await waitFor("each one's own", () => hers.of(last.id).length > 0 && own.of(lastOfRoot.id).length > 0);
  for (const stream of [hers, own, everybody, his]) {
    await stream.stop();
  }
  expect(new Set(hers.heard.map(({ task }) => task.owner))).toEqual(new Set(["ada"]));
  expect(new Set(own.heard.map(({ task }) => task.owner))).toEqual(new Set(["root"]));
  expect(new Set(his.heard.map(({ task }) => task.owner))).toEqual(new Set(["bob"]));
  expect(everybody.of(id)).toHaveLength(1);
});

it("works without its trailing slash, and as the event stream format wants it", async () => {
  const controller = new AbortController();
  const headers = { Authorization: `Token ${ada.token}` };
  const response = await fetch(`${server.url}/taskapi/stream`, { headers, signal: controller.signal });
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
  controller.abort();
});

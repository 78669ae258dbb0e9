import { expect, it } from "vitest";
import { contract, type NewQueue, type Queue, type QueueChange } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { Member, startServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Queues as people see them: made, bounded, paused and removed while tasks wait and run in them. */
const list = (member: Member): Promise<Queue[]> => member.client.call(contract.listQueues, {});
const create = (member: Member, body: NewQueue) => member.client.call(contract.createQueue, { body });
const change = (member: Member, name: string, body: QueueChange) =>
  member.client.call(contract.updateQueue, { params: { name }, body });
const remove = (member: Member, name: string) => member.client.call(contract.removeQueue, { params: { name } });
const kill = (member: Member, id: number) => member.client.call(contract.killTask, { params: { id }, body: {} });

const empty = {
  slots: null,
  paused: false,
  running: 0,
  pending: 0,
  delayed: 0,
  oldest_since: null,
  nodes: ["build-1"],
};

async function start(environment: Record<string, string> = {}) {
  const server = await startServer({ environment: { UTM_NODE_NAME: "build-1", UTM_SLOTS: "4", ...environment } });
  const admin = await server.join("admin");
  return { server, admin };
}

it("is made, listed with what waits and runs in it, and removed once that is over", async () => {
  const { server, admin } = await start();
  const ben = await server.join("ben");
  expect(await list(ben)).toEqual([{ name: "default", ...empty }]);
  expect(await create(admin, { name: "night", slots: 1 })).toEqual({ name: "night", ...empty, slots: 1 });
  const running = await admin.submit({ command: "sleep 600", queue: "night" });
  await admin.waitForStatus(running.id, "running");
  const waiting = await admin.submit({ command: "exit 3", queue: "night" });
  const delayed = await admin.submit({ command: "true", queue: "night", run_at: "2099-01-01T00:00:00Z" });
  const night = { running: 1, pending: 2, delayed: 1, oldest_since: waiting.created_at };
  expect(await list(ben)).toEqual([
    { name: "default", ...empty },
    { name: "night", ...empty, slots: 1, ...night },
  ]);
  const reason = "The queue night has all its 1 slots in use. It is next.";
  await waitFor("the reason", async () => (await admin.get(waiting.id)).reason === reason);

  const refused = await send(server, "DELETE", "/taskapi/queues/night/", { as: admin });
  expect(refused).toMatchObject({ status: 409, body: { code: "queue_in_use" } });
  expect(refused.body).toMatchObject({ detail: expect.stringContaining("tasks that are not over: 3.") });
  await kill(admin, running.id);
  await admin.waitForEnd(waiting.id);
  await kill(admin, delayed.id);
  expect(await remove(admin, "night")).toEqual({ detail: "Queue night is removed." });
  expect(await list(admin)).toHaveLength(1);
  expect(await admin.get(waiting.id)).toMatchObject({ queue: "night", exit_code: 3 });
  expect(await send(server, "DELETE", "/taskapi/queues/night/", { as: admin })).toMatchObject({ status: 404 });
  for (const [path, json] of [
    ["/taskapi/tasks/", { command: "true", queue: "night" }],
    [`/taskapi/tasks/${waiting.id}/rerun/`, {}],
  ] as const) {
    expect(await send(server, "POST", path, { as: admin, json })).toMatchObject({
      status: 400,
      body: { queue: ["There is no queue named night."] },
    });
  }
});

it("paused, what is in it waits and says so, what runs goes on; resumed, it starts at once", async () => {
  const { admin } = await start();
  await create(admin, { name: "night" });
  const running = await admin.submit({ command: "sleep 600", queue: "night" });
  await admin.waitForStatus(running.id, "running");
  expect(await change(admin, "night", { paused: true })).toMatchObject({ paused: true, running: 1 });
  const waiting = await admin.submit({ command: "exit 4", queue: "night" });
  const other = await admin.submit({ command: "exit 5" });
  expect((await admin.waitForEnd(other.id)).exit_code).toBe(5);
  expect(await admin.get(waiting.id)).toMatchObject({ status: "pending", reason: "The queue night is paused." });
  expect((await admin.get(running.id)).status).toBe("running");
  expect(await change(admin, "night", {})).toMatchObject({ paused: true, pending: 1 });
  expect(await change(admin, "night", { paused: false })).toMatchObject({ paused: false });
  expect((await admin.waitForEnd(waiting.id)).exit_code).toBe(4);
});

it("the default queue can be paused and bounded, over a restart, and not be removed", { tags: ["whole"] }, async () => {
  const { server, admin } = await start();
  expect(await send(server, "DELETE", "/taskapi/queues/default/", { as: admin })).toMatchObject({
    status: 409,
    body: { code: "default_queue" },
  });
  await change(admin, "default", { paused: true, slots: 2 });
  const waiting = await admin.submit({ command: "exit 6" });
  await server.stop("SIGKILL");
  await server.start();
  expect(await list(admin)).toMatchObject([{ name: "default", paused: true, slots: 2, pending: 1 }]);
  expect(await admin.get(waiting.id)).toMatchObject({ status: "pending", reason: "The queue default is paused." });
  await change(admin, "default", { paused: false, slots: null });
  expect((await admin.waitForEnd(waiting.id)).exit_code).toBe(6);
  expect(await list(admin)).toEqual([{ name: "default", ...empty }]);
});

it("more slots let more of it run at once, fewer end nothing", async () => {
  const { admin } = await start();
  await create(admin, { name: "night", slots: 1 });
  const tasks = await Promise.all([1, 2, 3].map(() => admin.submit({ command: "sleep 600", queue: "night" })));
  const running = async () => (await list(admin)).find(({ name }) => name === "night")?.running;
  await waitFor("one to run", async () => (await running()) === 1);
  await change(admin, "night", { slots: 3 });
  for (const { id } of tasks) {
    await admin.waitForStatus(id, "running");
  }
  expect(await change(admin, "night", { slots: 1 })).toMatchObject({ slots: 1, running: 3 });
  expect(await running()).toBe(3);
});

it("no node works for it where all are bound to others, and its tasks say so", async () => {
  const { admin } = await start({ UTM_LANES: "default" });
  expect(await create(admin, { name: "night" })).toMatchObject({ nodes: [] });
  const task = await admin.submit({ command: "true", queue: "night" });
  await waitFor("the reason", async () => (await admin.get(task.id)).reason === "No node works for the queue night.");
  expect(await list(admin)).toMatchObject([{ nodes: ["build-1"] }, { nodes: [], pending: 1 }]);
});

it("is not removed while a node is bound to it, which would not start again", { tags: ["whole"] }, async () => {
  const { server, admin } = await start();
  await create(admin, { name: "night" });
  await server.stop("SIGTERM");
  const bound = await startServer({
    directory: server.directory,
    environment: { UTM_NODE_NAME: "build-1", UTM_LANES: "night" },
  });
  const again = new Member(bound, admin.id, admin.username, admin.password, admin.token);
  expect(await list(again)).toMatchObject([{ nodes: [] }, { name: "night", nodes: ["build-1"] }]);
  expect(await send(bound, "DELETE", "/taskapi/queues/night/", { as: again })).toMatchObject({
    status: 409,
    body: { code: "queue_bound", detail: expect.stringContaining("Node build-1 is bound to queue night") },
  });
  await bound.stop("SIGTERM");
  await server.start();
  expect(await remove(admin, "night")).toEqual({ detail: "Queue night is removed." });
});

it("refuses what is no name and no number of slots, and changes nothing", async () => {
  const { server, admin } = await start();
  await create(admin, { name: "a.b_c-D9", slots: 10_000 });
  const names = ["", " ", "a b", ".", "..", "-x", "_x", "ä", "a/b", "x".repeat(65), 7, null];
  for (const name of names) {
    const answer = await send(server, "POST", "/taskapi/queues/", { as: admin, json: { name } });
    expect([name, answer.status, Object.keys(answer.body as object)]).toEqual([name, 400, ["name"]]);
  }
  for (const slots of [0, -1, 1.5, "2", 10_001]) {
    const made = await send(server, "POST", "/taskapi/queues/", { as: admin, json: { name: "x", slots } });
    const changed = await send(server, "PATCH", "/taskapi/queues/default/", { as: admin, json: { slots } });
    expect([slots, made.status, changed.status]).toEqual([slots, 400, 400]);
    expect(Object.keys(changed.body as object)).toEqual(["slots"]);
  }
  expect(await send(server, "POST", "/taskapi/queues/", { as: admin, json: { name: "default" } })).toMatchObject({
    status: 400,
    body: { name: [expect.stringContaining("There is a queue named default already.")] },
  });
  for (const name of ["gone", "%00", "a%20b"]) {
    expect(await send(server, "PATCH", `/taskapi/queues/${name}/`, { as: admin, json: {} })).toMatchObject({
      status: 404,
    });
  }
  expect((await list(admin)).map(({ name, slots }) => [name, slots])).toEqual([
    ["a.b_c-D9", 10_000],
    ["default", null],
  ]);
});

import { DatabaseSync } from "node:sqlite";
import { beforeAll, describe, expect, it } from "vitest";
import { ApiFailure } from "../../src/client/client.ts";
import { contract, type Node } from "../../src/contract/index.ts";
import { chosenServer } from "../support/databases/chosen.ts";
import { send } from "../support/http.ts";
import { Member, startServer, startSharedServer, type TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Nodes as people see them: what they say of themselves, draining and forgetting them, and tasks that ask for one. */
const environment = { UTM_NODE_NAME: "build-1", UTM_LABELS: "gpu,arch=arm64", UTM_SLOTS: "2" };

async function nodes(member: Member): Promise<Node[]> {
  return member.client.call(contract.listNodes, {});
}

it("lists the node with what it said, what runs there, and what of it the asker may see", async () => {
  const server = await startServer({ environment });
  const admin = await server.join("admin");
  const ben = await server.join("ben");
  const task = await admin.submit({ command: "sleep 600" });
  await admin.waitForStatus(task.id, "running");
  const [node] = await nodes(admin);
  expect(node).toEqual({
    id: 1,
    name: "build-1",
    host: expect.stringMatching(/./),
    state: "alive",
    draining: false,
    slots: 2,
    running: 1,
    tasks: [task.id],
    labels: ["gpu", "arch=arm64"],
    lanes: null,
    version: expect.stringMatching(/^\d/),
    registered_at: expect.any(String),
    seen_at: expect.any(String),
    lease_seconds: expect.any(Number),
  });
  expect(node?.lease_seconds).toBeGreaterThan(30);
  expect(await nodes(ben)).toMatchObject([{ running: 1, tasks: [] }]);
  expect(await ben.client.call(contract.getNode, { params: { id: 1 } })).toMatchObject({ name: "build-1", tasks: [] });
  expect(await send(server, "GET", "/taskapi/nodes/7/", { as: ben })).toMatchObject({ status: 404 });
});

it("drains: what runs goes on, nothing new starts, a restart changes nothing, until it is resumed", {
  tags: ["whole"],
}, async () => {
  const server = await startServer({ environment });
  const admin = await server.join("admin");
  const running = await admin.submit({ command: "sleep 600" });
  await admin.waitForStatus(running.id, "running");
  const drained = await admin.client.call(contract.drainNode, { params: { id: 1 } });
  expect(drained).toMatchObject({ state: "draining", draining: true, running: 1 });
  const waiting = await admin.submit({ command: "exit 3" });
  await waitFor("the reason", async () => (await admin.get(waiting.id)).reason?.includes("draining"));
  expect(await admin.get(waiting.id)).toMatchObject({
    status: "pending",
    reason: "Every node that works for the queue default is draining.",
  });
  expect((await admin.get(running.id)).status).toBe("running");

  await server.stop("SIGKILL");
  await server.start();
  expect(await nodes(admin)).toMatchObject([{ state: "draining", running: 1 }]);
  expect((await admin.get(waiting.id)).status).toBe("pending");
  expect(await admin.client.call(contract.resumeNode, { params: { id: 1 } })).toMatchObject({ state: "alive" });
  expect((await admin.waitForEnd(waiting.id)).exit_code).toBe(3);
});

type Asked = { node?: string; labels?: string[] };

describe("a task that asks for a node", () => {
  const server = startSharedServer({ environment });
  let admin: Member;
  beforeAll(async () => {
    admin = await server.join("admin");
  });

  it.each<[Asked, string | null]>([
    [{ node: "build-1" }, null],
    [{ labels: ["gpu"] }, null],
    [{ labels: ["arch=arm64", "gpu"], node: "build-1" }, null],
    [{ node: "build-3" }, "Node build-3, which it asks for, does not exist."],
    [{ labels: ["fast"] }, "No living node has the label fast."],
    [{ labels: ["fast", "gpu"] }, "No living node has the labels fast, gpu."],
    [{ node: "build-1", labels: ["fast"] }, "Node build-1, which it asks for, does not have the label fast."],
  ])("by %j", async (asked, reason) => {
    const task = await admin.submit({ command: "exit 4", ...asked });
    expect(task).toMatchObject({ requested_node: asked.node ?? null, labels: asked.labels ?? [] });
    if (reason === null) {
      expect(await admin.waitForEnd(task.id)).toMatchObject({ exit_code: 4, node: "build-1" });
    } else {
      // What comes after it and can run is not held up.
      const other = await admin.submit({ command: "exit 5" });
      await admin.waitForEnd(other.id);
      expect(await admin.get(task.id)).toMatchObject({ status: "pending", reason });
    }
    const again = await admin.client.call(contract.rerunTask, { params: { id: task.id }, body: {} });
    expect(again).toMatchObject({ requested_node: asked.node ?? null, labels: asked.labels ?? [] });
    const free = { node: null, labels: null };
    const anywhere = await admin.client.call(contract.rerunTask, { params: { id: task.id }, body: free });
    expect(await admin.waitForEnd(anywhere.id)).toMatchObject({ exit_code: 4, requested_node: null, labels: [] });
  });

  it("by labels that are none is refused", async () => {
    const answer = await send(server, "POST", "/taskapi/tasks/", {
      as: admin,
      json: { command: "true", labels: ["Big One"], node: "" },
    });
    expect(answer).toMatchObject({ status: 400 });
    expect(Object.keys(answer.body as object).sort()).toEqual(["labels", "node"]);
  });
});

it("a server without slots adopts what ran and starts nothing, until it is given some", {
  tags: ["whole"],
}, async () => {
  const server = await startServer({ environment });
  const admin = await server.join("admin");
  const running = await admin.submit({ command: "sleep 600" });
  await admin.waitForStatus(running.id, "running");
  await server.stop("SIGKILL");
  const idle = await startServer({ directory: server.directory, environment: { ...environment, UTM_SLOTS: "0" } });
  const again = new Member(idle, admin.id, admin.username, admin.password, admin.token);
  const waiting = await again.submit({ command: "exit 7" });
  expect(await nodes(again)).toMatchObject([{ slots: 0, running: 1, state: "alive" }]);
  const reason = "No living node has a slot to run it.";
  await waitFor("the reason", async () => (await again.get(waiting.id)).reason === reason);
  expect((await again.get(running.id)).status).toBe("running");
  await idle.stop("SIGTERM");
  await server.start();
  expect((await admin.waitForEnd(waiting.id)).exit_code).toBe(7);
  expect((await admin.get(running.id)).status).toBe("running");
});

it.skipIf(chosenServer !== null)("forgets a silent node and ends what ran there; one that is alive stays", async () => {
  const server = await startServer({ environment });
  const admin = await server.join("admin");
  await expect(admin.client.call(contract.forgetNode, { params: { id: 1 } })).rejects.toThrow(ApiFailure);
  const retried = { command: "exit 6", node: "gone", retry: { attempts: 2, delay_seconds: 3600, on: ["lost"] } };
  const tasks = [await admin.submit({ command: "exit 6", node: "gone" }), await admin.submit(retried)];
  addGoneNode(
    server,
    tasks.map((task) => task.id),
  );
  const gone = (await nodes(admin)).find((node) => node.name === "gone");
  expect(gone).toMatchObject({ state: "silent", running: 2, lease_seconds: 0 });
  const forgotten = await admin.client.call(contract.forgetNode, { params: { id: gone?.id ?? 0 } });
  expect(forgotten).toEqual({ detail: "Node gone is forgotten. What ran there is lost: 2 tasks." });
  expect(await nodes(admin)).toMatchObject([{ name: "build-1" }]);
  const [lost, again] = await Promise.all(tasks.map((task) => admin.get(task.id)));
  expect(lost).toMatchObject({ status: "failed", outcome: "lost", node: "gone" });
  expect(lost?.reason).toMatch(/^Lost: node gone has not been heard of for \d+ s\.$/);
  expect(again).toMatchObject({ status: "pending", attempt: 1 });
  await waitFor("the reason", async () => (await admin.get(again?.id ?? 0)).reason?.includes("The next starts at"));
});

/** A node of another machine that was there, has these tasks, and is silent: by hand, in the file. */
function addGoneNode(server: TestServer, taskIds: readonly number[]): void {
  const record = new DatabaseSync(`${server.directory}/utm.sqlite`, { timeout: 5000 });
  record.exec(`insert into nodes (node_key, name, host, slots, labels, state, version, registered_at, seen_at, lease_until)
    values ('gone', 'gone', 'gone', 4, '[]', 'active', '0.1.0', 1, ${Date.now() - 61_000}, ${Date.now() - 1000})`);
  for (const id of taskIds) {
    record.exec(`update tasks set status = 'running', stage = '', attempt = 1, node_name = 'gone',
      node_id = (select id from nodes where name = 'gone') where id = ${id}`);
    record.exec(`insert into attempts (task_id, number, node_id, node_name, nonce, created_at, output_bytes)
      select ${id}, 1, id, name, 'n', 1, 0 from nodes where name = 'gone'`);
  }
  record.close();
}

/** @module-tag whole */
import { describe, expect, it } from "vitest";
import type { SubmissionBody } from "../../src/cli/submit.ts";
import { contract } from "../../src/contract/index.ts";
import { missingForCluster, startCluster } from "../support/cluster.ts";
import type { ServerKind } from "../support/databases/fresh-database.ts";
import type { TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

const kinds: readonly ServerKind[] = ["postgres", "mysql"];

/** Two servers and some nodes do what one process does, whichever server is asked. */
describe.each(kinds)("on %s", (kind) => {
  const missing = missingForCluster(kind);
  it.skipIf(missing !== null)(missing ?? "runs tasks on every node, with their output and exact ends", async () => {
    const { servers, nodes } = await startCluster(kind, { servers: 2, nodes: 2 }, { UTM_SLOTS: "4" });
    const [one, two] = servers as [TestServer, TestServer];
    const admin = await one.join("admin");
    const elsewhere = admin.at(two);
    const tasks = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        admin.submit({ command: `echo words ${index}; sleep 0.3; exit ${index}` }),
      ),
    );
    const ran = new Set<string | null>();
    for (const [index, { id }] of tasks.entries()) {
      const end = await admin.waitForEnd(id);
      expect(end).toMatchObject({ outcome: "exited", exit_code: index, attempt: 1 });
      expect(await admin.output(id)).toBe(`words ${index}\n`);
      ran.add(end.node);
    }
    expect([...ran].sort()).toEqual(nodes.map(({ name }) => name));
    const listed = await elsewhere.client.call(contract.listTasks, { query: { limit: 100 } });
    expect(listed.map(({ exit_code }) => exit_code).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      tasks.map((_, index) => index),
    );
    expect(await elsewhere.output(tasks[7]?.id ?? 0)).toBe("words 7\n");
  });

  it.skipIf(missing !== null)(missing ?? "says of a dry run what only the node can decide", async () => {
    const { servers, nodes } = await startCluster(kind, { servers: 1, nodes: 2 }, { UTM_SLOTS: "4" });
    const admin = await (servers[0] as TestServer).join("admin");
    const tryOut = (body: SubmissionBody) => admin.client.call(contract.dryRunTask, { body });
    const slots = (name: string) => ({ name, slots: 4, free: 4 });
    await expect
      .poll(async () => (await tryOut({ command: "pwd" })).placement)
      .toEqual({ nodes: nodes.map(({ name }) => slots(name)), waits: null, ahead: 0 });
    const trial = await tryOut({ command: "pwd", sandbox: "strict" });
    expect(trial).toMatchObject({ user: null, cwd: null, env_added: null, output_kept_bytes: null });
    const open = trial.open.map(({ field }) => field);
    expect(open.toSorted()).toEqual(["argv", "cwd", "env_added", "output_kept_bytes", "sandbox", "user"]);
    const bound = await tryOut({ command: "pwd", node: "node-2", cwd: "/usr" });
    expect(bound).toMatchObject({ user: null, cwd: "/usr", placement: { nodes: [slots("node-2")], waits: null } });
  });

  it.skipIf(missing !== null)("serves a queue that is made, paused and removed meanwhile, on every node", async () => {
    const { servers } = await startCluster(kind, { servers: 2, nodes: 1 });
    const [one, two] = servers as [TestServer, TestServer];
    const admin = await one.join("admin");
    const elsewhere = admin.at(two);
    const params = { name: "night" };
    const made = await admin.client.call(contract.createQueue, { body: { ...params, slots: 1 } });
    expect(made.nodes).toEqual(["node-1"]);
    const running = await elsewhere.submit({ command: "sleep 600", queue: "night" });
    await admin.waitForStatus(running.id, "running");
    await elsewhere.client.call(contract.updateQueue, { params, body: { paused: true, slots: null } });
    const waiting = await admin.submit({ command: "exit 7", queue: "night" });
    const other = await admin.submit({ command: "exit 8" });
    expect((await admin.waitForEnd(other.id)).exit_code).toBe(8);
    for (const member of [admin, elsewhere]) {
      const reason = "The queue night is paused.";
      await waitFor("the reason", async () => (await member.get(waiting.id)).reason === reason);
    }
    await admin.client.call(contract.updateQueue, { params, body: { paused: false } });
    expect((await admin.waitForEnd(waiting.id)).exit_code).toBe(7);
    await admin.client.call(contract.killTask, { params: { id: running.id }, body: {} });
    await admin.waitForEnd(running.id);
    await elsewhere.client.call(contract.removeQueue, { params });
    expect(await admin.client.call(contract.listQueues, {})).toMatchObject([{ name: "default" }]);
  });
});

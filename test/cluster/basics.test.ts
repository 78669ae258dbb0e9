import { describe, expect, it } from "vitest";
import type { SubmissionBody } from "../../src/cli/submit.ts";
import { contract } from "../../src/contract/index.ts";
import { missingForCluster, startCluster } from "../support/cluster.ts";
import type { ServerKind } from "../support/databases/fresh-database.ts";
import type { TestServer } from "../support/server.ts";

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
});

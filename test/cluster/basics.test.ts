import { describe, expect, it } from "vitest";
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
});

/** @module-tag whole */
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { missingForCluster, startCluster } from "../support/cluster.ts";
import { testDirectory } from "../support/directory.ts";
import { linesOf } from "../support/lines-of.ts";
import type { TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";
import { canTurnClock, WallClock } from "../support/wall-clock.ts";

/** Machines whose clocks differ by hours agree on who is alive, what is due, and when something happened. */
const missing = missingForCluster("postgres") ?? (canTurnClock ? null : "no clock that can be turned (faketime)");

it.skipIf(missing !== null)(missing ?? "decides nothing by a clock that is wrong", async () => {
  const ahead = new WallClock();
  ahead.turn(3);
  const behind = new WallClock();
  behind.turn(-2);
  const lease = { UTM_LEASE_SECONDS: "1.5", UTM_LOST_GRACE_SECONDS: "0.5" };
  const cluster = await startCluster("postgres", { servers: 1, nodes: 0 }, { ...lease, ...ahead.environment });
  const real = Object.fromEntries(Object.keys(ahead.environment).map((name) => [name, ""]));
  await cluster.addNode("node-1", real);
  await cluster.addNode("node-2", { ...behind.environment });
  const admin = await (cluster.servers[0] as TestServer).join("admin");
  const scratch = testDirectory();

  const retry = { attempts: 2, on: ["failed"], delay_seconds: 0.5 };
  const delayed = new Date(Date.now() + 1500).toISOString();
  const submissions = ["node-1", "node-2"].flatMap((node) => [
    { command: "exit 0", node },
    { command: `echo $$ >>${scratch}/${node}; [ $UTM_ATTEMPT = 2 ]`, node, retry },
    { command: "exit 0", node, run_at: delayed },
    { command: "sleep 4", node },
  ]);
  const tasks = await Promise.all(submissions.map((submission) => admin.submit(submission)));
  for (const { id } of tasks) {
    const end = await admin.waitForEnd(id);
    expect(end).toMatchObject({ outcome: "exited", exit_code: 0 });
    // Times are the database's, whoever wrote them.
    expect(Math.abs(Date.parse(end.created_at) - Date.now())).toBeLessThan(120_000);
    expect(Math.abs(Date.parse(end.completed_at ?? "") - Date.now())).toBeLessThan(node2Tolerance(end.node));
  }
  expect([linesOf(join(scratch, "node-1")).length, linesOf(join(scratch, "node-2")).length]).toEqual([2, 2]);
  const nodes = await waitFor("the nodes", () => admin.client.call(contract.listNodes, {}));
  expect(nodes.filter(({ state }) => state === "alive").map(({ name }) => name)).toEqual(
    expect.arrayContaining(["node-1", "node-2"]),
  );
});

/**
 * The tasks of a test's node keep the real clock, which on a real machine is the node's own: their times are taken for those
 * of the clock that was turned.
 */
function node2Tolerance(node: string | null): number {
  return node === "node-2" ? 3 * 3_600_000 : 120_000;
}

/** @module-tag whole */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { type Cluster, missingForCluster, startCluster, type TestNode } from "../support/cluster.ts";
import { testDirectory } from "../support/directory.ts";
import { linesOf } from "../support/lines-of.ts";
import { endProcessesOf, hasEnded } from "../support/processes.ts";
import type { Member, TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** A node that dies, one that comes back in time, and one that comes back too late. */
const missing = missingForCluster("postgres");
const shortLease = { UTM_LEASE_SECONDS: "1.5", UTM_LOST_GRACE_SECONDS: "1" };
const onLost = { attempts: 2, on: ["lost"], delay_seconds: 0 };

it.skipIf(missing !== null)(
  missing ?? "calls tasks of a node that is gone lost, and follows their policies",
  async () => {
    const { cluster, admin, scratch, untilGo } = await start(shortLease);
    const plain = await admin.submit({ command: `echo before; ${untilGo}` });
    const again = await admin.submit({
      command: `echo $UTM_ATTEMPT >>${scratch}/ran; ${untilGo}; exit 4`,
      retry: onLost,
    });
    await allRun(admin, [plain.id, again.id]);
    await waitFor("its output to be seen", async () => (await admin.output(plain.id)) === "before\n");
    await powerOff(cluster.nodes[0] as TestNode);
    const lost = await admin.waitForEnd(plain.id);
    expect(lost).toMatchObject({ status: "failed", outcome: "lost", exit_code: null, attempt: 1 });
    expect(lost.reason).toMatch(/^Lost: node node-1 has not been heard of for \d+ s\.$/);
    expect(await admin.output(plain.id)).toBe("before\n");
    const pending = await admin.waitForStatus(again.id, "pending");
    expect(pending.reason).toMatch(/^Attempt 1 of 2: Lost: .* No living node has a slot to run it\.$/);
    writeFileSync(join(scratch, "go"), "");
    await cluster.addNode("node-2");
    expect(await admin.waitForEnd(again.id)).toMatchObject({ exit_code: 4, attempt: 2, node: "node-2" });
    expect(linesOf(join(scratch, "ran"))).toEqual(["1", "2"]);
  },
);

it.skipIf(missing !== null)(
  missing ?? "adopts what runs when a node is back in time, and nothing happened",
  async () => {
    const { cluster, admin, scratch, untilGo } = await start({ UTM_LEASE_SECONDS: "30" });
    const [node] = cluster.nodes as [TestNode];
    const running = await admin.submit({ command: `echo one; ${untilGo}; echo two; exit 143`, retry: onLost });
    const ended = await admin.submit({
      command: `echo $$ >${scratch}/pid; while [ ! -e ${scratch}/end ]; do sleep 0.05; done; exit 7`,
    });
    await allRun(admin, [running.id, ended.id]);
    await node.stop("SIGKILL");
    writeFileSync(join(scratch, "end"), "");
    await waitFor("one to end meanwhile", () => linesOf(join(scratch, "pid")).every((pid) => hasEnded(Number(pid))));
    await node.start();
    writeFileSync(join(scratch, "go"), "");
    expect(await admin.waitForEnd(ended.id)).toMatchObject({ exit_code: 7, attempt: 1 });
    expect(await admin.waitForEnd(running.id)).toMatchObject({ exit_code: 143, attempt: 1 });
    expect(await admin.output(running.id)).toBe("one\ntwo\n");
  },
);

it.skipIf(missing !== null)(
  missing ?? "ends on a node that is back too late what runs somewhere else by now",
  async () => {
    const { cluster, admin, scratch } = await start(shortLease);
    const [first] = cluster.nodes as [TestNode];
    const command = `echo $$ >>${scratch}/pid-$UTM_ATTEMPT; while [ ! -e ${scratch}/go-$UTM_ATTEMPT ]; do sleep 0.05; done; exit $UTM_ATTEMPT`;
    const task = await admin.submit({ command, retry: onLost });
    await allRun(admin, [task.id]);
    const [firstPid] = await waitFor("its process", () => {
      const pids = linesOf(join(scratch, "pid-1"));
      return pids.length === 1 ? pids : null;
    });
    const second = await cluster.addNode("node-2");
    first.cutOff();
    await waitFor("the second attempt", () => existsSync(join(scratch, "pid-2")));
    expect(hasEnded(Number(firstPid))).toBe(false);
    await first.joinAgain();
    await waitFor("the first attempt's processes to be ended", () => hasEnded(Number(firstPid)));
    writeFileSync(join(scratch, "go-2"), "");
    expect(await admin.waitForEnd(task.id)).toMatchObject({ exit_code: 2, attempt: 2, node: second.name });
    const attempts = await admin.client.call(contract.listAttempts, { params: { id: task.id } });
    expect(attempts.map(({ outcome, node }) => [outcome, node])).toEqual([
      ["lost", "node-1"],
      ["exited", "node-2"],
    ]);
    await waitFor("the task's log to tell it", async () => {
      const log = await admin.client.call(contract.listEvents, { params: { id: task.id } });
      return log.some(({ kind }) => kind === "fenced");
    });
    const next = await admin.submit({ command: "exit 5", node: "node-1" });
    expect(await admin.waitForEnd(next.id)).toMatchObject({ exit_code: 5, node: "node-1" });
  },
);

async function start(environment: Record<string, string>) {
  const cluster: Cluster = await startCluster("postgres", { servers: 1, nodes: 1 }, environment);
  const admin = await (cluster.servers[0] as TestServer).join("admin");
  const scratch = testDirectory();
  return { cluster, admin, scratch, untilGo: `while [ ! -e ${scratch}/go ]; do sleep 0.05; done` };
}

async function allRun(admin: Member, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    await admin.waitForStatus(id, "running");
  }
}

/** Nothing of it is left, as when a machine loses power. */
async function powerOff(node: TestNode): Promise<void> {
  await node.stop("SIGKILL");
  await endProcessesOf(node.directory);
}

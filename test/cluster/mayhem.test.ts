import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Attempt, contract, type TaskSummary } from "../../src/contract/index.ts";
import { type Cluster, missingForCluster, startCluster, type TestNode } from "../support/cluster.ts";
import type { ServerKind } from "../support/databases/fresh-database.ts";
import { testDirectory } from "../support/directory.ts";
import { byForm, isLong, report } from "../support/form.ts";
import { linesOf } from "../support/lines-of.ts";
import { endProcessesOf } from "../support/processes.ts";
import type { Member, TestServer } from "../support/server.ts";
import { isAsKnown, type KnownTask, knownTask } from "../support/task-kinds.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * Three nodes run tasks of every kind while a node is killed and started again, another loses its power for good, a third
 * is cut off and comes back after it was given up, Redis is wiped, and Redis and the database are away for a while.
 * Afterwards each task has ended as it was known to, or as `lost` where its node was given up; none ran twice but by its
 * retry policy; and each end is by the attempt that owned the task.
 */
const kinds: readonly ServerKind[] = isLong ? ["postgres", "mysql"] : ["postgres"];
const count = byForm({ everyday: 45, whole: 90, long: 900 });
const awayMs = isLong ? 20_000 : 2500;
const limitMs = isLong ? 1_200_000 : 150_000;
// A node that is killed and started again is back in time, also on a machine that is slow just then.
const leaseSeconds = 6;
const graceSeconds = 1;

describe.each(kinds)("on %s", (kind) => {
  const missing = missingForCluster(kind);
  it.skipIf(missing !== null)(
    missing ?? "ends every task as promised, whatever breaks",
    { timeout: limitMs },
    async () => {
      const marks = testDirectory();
      const cluster = await startCluster(
        kind,
        { servers: 2, nodes: 3 },
        {
          UTM_LEASE_SECONDS: String(leaseSeconds),
          UTM_LOST_GRACE_SECONDS: String(graceSeconds),
          UTM_SLOTS: "4",
          UTM_LOG_LEVEL: "error",
        },
      );
      const admin = await (cluster.servers[0] as TestServer).join("admin");
      const tasks = Array.from({ length: count }, (_, index) => taskOf(index, join(marks, String(index))));
      const ids = submitAll(admin, tasks);
      const begun = () => readdirSync(marks).length / tasks.filter((task) => task.marks.length > 0).length;
      await wreak(cluster, begun);
      const known = await ids;
      await waitFor("everything to be over", () => isAllOver(admin), limitMs);
      const figures = await check(admin, tasks, known, marks);
      report(`mayhem on ${kind}`, { tasks: count, ...figures.counts });
      expect(figures.wrong).toEqual([]);
      expect(figures.counts).toMatchObject({ wrong: 0, twice: 0, missingBytes: 0 });
    },
  );
});

/** Every third task runs again when its node is lost. */
async function submitAll(admin: Member, tasks: readonly KnownTask[]): Promise<number[]> {
  const ids: number[] = [];
  let next = 0;
  const submitSome = async () => {
    for (let index = next++; index < tasks.length; index = next++) {
      const submission = { ...tasks[index]?.submission, ...(isRetried(index) ? { retry } : {}) };
      ids[index] = await admin.submitSurely(submission, `key ${index}`, limitMs);
    }
  };
  await Promise.all(Array.from({ length: 4 }, submitSome));
  return ids;
}

const retry = { attempts: 3, on: ["lost"], delay_seconds: 0.1 };

function isRetried(index: number): boolean {
  return index % 3 === 0;
}

/** Tasks of every kind, and among them some that are likely to run when their node is given up. */
function taskOf(index: number, markPath: string): KnownTask {
  if (index % 4 !== 3) {
    return knownTask(index, markPath);
  }
  const command = `echo begun >>${markPath}; sleep 1.5; echo slept; echo over >>${markPath}; exit 5`;
  const end = { outcome: "exited", exit_code: 5, signal: null } as const;
  return { submission: { command, name: `sleeper ${index}` }, end, output: "slept\n", marks: ["begun", "over"] };
}

async function wreak(cluster: Cluster, begun: () => number): Promise<void> {
  const [first, second, third] = cluster.nodes as [TestNode, TestNode, TestNode];
  const share = (part: number) => waitFor(`${part} to have begun`, () => begun() >= part, limitMs);
  await share(0.1);
  await first.stop("SIGKILL");
  await first.start();
  await share(0.2);
  cluster.redis.flush();
  await share(0.3);
  third.cutOff();
  const cutOffAt = performance.now();
  await share(0.4);
  await cluster.redis.stop("SIGKILL");
  await pause(awayMs);
  await cluster.redis.start();
  await share(0.5);
  const givenUpMs = (2 * leaseSeconds + graceSeconds) * 1000 + 2000;
  await waitFor("it to be given up", () => performance.now() - cutOffAt > givenUpMs, limitMs);
  await third.joinAgain();
  await share(0.6);
  await cluster.databaseLink.refuse();
  await pause(awayMs);
  await cluster.databaseLink.restore();
  await share(0.75);
  await second.stop("SIGKILL");
  await endProcessesOf(second.directory);
}

async function isAllOver(admin: Member): Promise<boolean> {
  const query = { status: "pending,running", limit: 1 };
  const open = await admin.client.call(contract.listTasks, { query }).catch(() => [null]);
  return open.length === 0;
}

async function check(admin: Member, tasks: readonly KnownTask[], ids: readonly number[], marks: string) {
  const counts = { asKnown: 0, lost: 0, ranAgain: 0, wrong: 0, twice: 0, missingBytes: 0 };
  const wrong: unknown[] = [];
  const told = new Map<number, TaskSummary>();
  for (const task of await admin.client.call(contract.listTasks, { query: { limit: 10_000 } })) {
    told.set(task.id, task);
  }
  for (const [index, task] of tasks.entries()) {
    const id = ids[index] ?? 0;
    const summary = told.get(id);
    const found = linesOf(join(marks, String(index)));
    const attempts = await admin.client.call(contract.listAttempts, { params: { id } });
    const output = await admin.output(id);
    const isLost = summary?.outcome === "lost";
    const runs = found.filter((mark) => mark === "begun").length;
    counts.twice += runs > attempts.length ? 1 : 0;
    counts.ranAgain += attempts.length > 1 ? 1 : 0;
    counts.lost += isLost ? 1 : 0;
    const allowed = isRetried(index) ? retry.attempts : 1;
    const isRight = isLost
      ? attempts.length === allowed && isLostRightly(attempts)
      : isRightly(task, summary, attempts, found, output);
    if (isRight) {
      counts.asKnown += isLost ? 0 : 1;
    } else {
      counts.wrong += 1;
      counts.missingBytes += isLost ? 0 : Math.max(0, Buffer.byteLength(task.output) - Buffer.byteLength(output));
      wrong.push({ index, expected: task.end, found, told: summary, attempts, output: output.slice(0, 200) });
    }
  }
  return { counts, wrong };
}

/** Only nodes that were given up lose tasks. */
function isLostRightly(attempts: readonly Attempt[]): boolean {
  return attempts.every(({ outcome, node }) => outcome === "lost" && (node === "node-2" || node === "node-3"));
}

/** Its last attempt ended as it was known to; those before, if any, were lost. */
function isRightly(
  task: KnownTask,
  told: TaskSummary | undefined,
  attempts: readonly Attempt[],
  found: readonly string[],
  output: string,
): boolean {
  const earlier = attempts.slice(0, -1);
  const lastMarks = earlier.length === 0 ? found : task.marks;
  return isLostRightly(earlier) && isAsKnown(task, told && { ...told, attempt: 1 }, lastMarks, output);
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract, type TaskDetail } from "../../src/contract/index.ts";
import { readStat } from "../../src/supervise/processes/proc.ts";
import { testDirectory } from "../support/directory.ts";
import { linesOf } from "../support/lines-of.ts";
import { type Member, startServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** The server is killed with kill -9 and started again. Nothing is lost, nothing runs twice, every end is exact. */
type End = Pick<TaskDetail, "status" | "outcome" | "exit_code" | "signal">;

const exited = (code: number): End => ({
  status: code === 0 ? "completed" : "failed",
  outcome: "exited",
  exit_code: code,
  signal: null,
});
const signalled = (signal: string): End => ({ status: "failed", outcome: "signalled", exit_code: null, signal });

it("adopts 20 running tasks of every kind: exact ends, every line of output once and in order", async () => {
  const scratch = testDirectory();
  const go = join(scratch, "go");
  const server = await startServer({ environment: { UTM_SLOTS: "24" } });
  const admin = await server.join("admin");
  const wait = `echo begun; while [ ! -e ${go} ]; do sleep 0.05; done`;
  const count = `i=0; while [ ! -e ${go} ]; do i=$((i+1)); echo line $i; sleep 0.05; done`;
  const kinds: [command: string, end: End][] = [
    ...[0, 1, 3, 126, 137, 143, 255].map((code): [string, End] => [`${wait}; exit ${code}`, exited(code)]),
    ...[0, 0, 7, 7, 9, 9, 130].map((code): [string, End] => [`${count}; exit ${code}`, exited(code)]),
    ...["KILL", "TERM", "INT", "SEGV", "HUP", "PIPE"].map((name): [string, End] => [
      `${count}; kill -${name} $$`,
      signalled(`SIG${name}`),
    ]),
  ];
  expect(kinds).toHaveLength(20);
  const tasks = await Promise.all(kinds.map(([command]) => admin.submit({ command })));
  for (const task of tasks) {
    await waitFor(`task ${task.id} to write`, async () => (await admin.output(task.id)).length > 0);
  }
  const startOf = (id: number) => waitFor("a start", async () => (await admin.get(id)).started_at);
  const starts = await Promise.all(tasks.map((task) => startOf(task.id)));

  await server.stop("SIGKILL");
  await server.start();
  expect(server.output).toMatch(/adopted +20 running/);
  writeFileSync(go, "");
  const after = await Promise.all(tasks.map((task) => admin.waitForEnd(task.id)));
  expect(after.map(endOf)).toEqual(kinds.map(([, end]) => end));
  expect(after.map((task) => task.attempt)).toEqual(tasks.map(() => 1));
  expect(after.map((task) => task.started_at)).toEqual(starts);
  for (const task of tasks) {
    const lines = (await admin.output(task.id)).trimEnd().split("\n");
    const numbered = lines.map((_, index) => `line ${index + 1}`);
    expect(lines).toEqual(lines[0] === "begun" ? ["begun"] : numbered);
  }
});

it("keeps every task it answered for, and runs it exactly once, when killed right after the answers", {
  tags: ["whole"],
}, async () => {
  const scratch = testDirectory();
  const ran = join(scratch, "ran");
  const server = await startServer({ environment: { UTM_SLOTS: "8" } });
  const admin = await server.join("admin");
  const answered: number[] = [];
  const submissions = Array.from({ length: 80 }, async () => {
    const task = await admin.submit({ command: `echo $UTM_TASK_ID >>${ran}; exit 5` }).catch(() => null);
    if (task !== null) {
      answered.push(task.id);
    }
  });
  await waitFor("30 answers", () => answered.length >= 30);
  await server.stop("SIGKILL");
  await Promise.all(submissions);
  await server.start();
  for (const id of answered) {
    expect(endOf(await admin.waitForEnd(id))).toEqual(exited(5));
  }
  // Those it was asked for and did not answer may exist too; they ran once like all others.
  const all = await endedTasks(admin);
  expect(linesOf(ran).map(Number).sort(byNumber)).toEqual(all.map((task) => task.id).sort(byNumber));
});

it("loses nothing, runs nothing twice and tells no wrong code when killed 5 times while 60 tasks flow", async () => {
  const scratch = testDirectory();
  const ran = join(scratch, "ran");
  const server = await startServer({ environment: { UTM_SLOTS: "4" } });
  const admin = await server.join("admin");
  const codes = [0, 1, 3, 137, 143, 255];
  const expected = new Map<number, End>();
  const submitAll = async () => {
    for (let index = 0; index < 60; index += 1) {
      const code = codes[index % codes.length] ?? 0;
      const isSignal = index % 7 === 0;
      const end = isSignal ? "kill -KILL $$" : `exit ${code}`;
      const command = `echo $UTM_TASK_ID >>${ran}; sleep 0.05; ${end}`;
      const id = await admin.submitSurely({ command }, `key ${index}`);
      expected.set(id, isSignal ? signalled("SIGKILL") : exited(code));
    }
  };
  const submitted = submitAll();
  for (let kill = 1; kill <= 5; kill += 1) {
    const until = linesOf(ran).length + Math.floor(Math.random() * 9);
    await waitFor(`${until} tasks to have run`, () => linesOf(ran).length >= Math.min(until, 60));
    await server.stop("SIGKILL");
    await server.start();
  }
  await submitted;
  const told = new Map<number, End>();
  for (const id of expected.keys()) {
    told.set(id, endOf(await admin.waitForEnd(id)));
  }
  expect(told).toEqual(expected);
  expect(expected.size).toBe(60);
  expect(linesOf(ran).map(Number).sort(byNumber)).toEqual([...expected.keys()].sort(byNumber));
});

it("carries out a kill that was ordered right before it was killed", { tags: ["whole"] }, async () => {
  const server = await startServer();
  const admin = await server.join("admin");
  const task = await admin.submit({ command: "trap '' TERM; echo $$; while :; do sleep 1000; done" });
  const pid = await waitFor("its number", async () => Number((await admin.output(task.id)).trim()) || null);
  const body = { signal: "SIGTERM" as const, grace_seconds: 1 };
  await admin.client.call(contract.killTask, { params: { id: task.id }, body });
  await server.stop("SIGKILL");
  expect(readStat(pid)).not.toBeNull();
  await server.start();
  const ended = await admin.waitForEnd(task.id);
  expect(endOf(ended)).toEqual({ status: "killed", outcome: "killed", exit_code: null, signal: "SIGKILL" });
  expect(ended.reason).toContain("Killed by admin");
  expect(readStat(pid)).toBeNull();
});

it("enforces a time-out that became due while it was away, at once", { tags: ["whole"] }, async () => {
  const server = await startServer();
  const admin = await server.join("admin");
  const timeoutMs = 1500;
  const task = await admin.submit({ command: "echo $$; exec sleep 1000", timeout_seconds: timeoutMs / 1000 });
  const pid = await waitFor("its number", async () => Number((await admin.output(task.id)).trim()) || null);
  const startedAt = await waitFor("its start in the record", async () => (await admin.get(task.id)).started_at);
  await server.stop("SIGKILL");
  const dueMs = Date.parse(startedAt) + timeoutMs;
  await waitFor("the time-out to be due", () => Date.now() > dueMs + 100);
  expect(readStat(pid)).not.toBeNull();
  await server.start();
  const ended = await admin.waitForEnd(task.id, 5000);
  expect(endOf(ended)).toEqual({ status: "failed", outcome: "timed_out", exit_code: null, signal: "SIGTERM" });
});

it("leaves tasks running when it is told to stop, says so, and adopts them", async () => {
  const server = await startServer();
  const admin = await server.join("admin");
  const task = await admin.submit({ command: "echo $$; trap 'exit 19' USR1; while :; do sleep 0.05; done" });
  const pid = await waitFor("its number", async () => Number((await admin.output(task.id)).trim()) || null);
  expect(await server.stop("SIGTERM")).toBe(0);
  expect(server.output).toContain("SIGTERM: stopped. 1 task goes on; the next start adopts them.");
  expect(readStat(pid)).not.toBeNull();
  await server.start();
  process.kill(pid, "SIGUSR1");
  expect(endOf(await admin.waitForEnd(task.id))).toEqual(exited(19));
});

function endOf({ status, outcome, exit_code, signal }: TaskDetail): End {
  return { status, outcome, exit_code, signal };
}

/** All of the member's tasks, once every one has ended. */
function endedTasks(member: Member) {
  return waitFor("all tasks to end", async () => {
    const tasks = await member.client.call(contract.listTasks, { query: { limit: 500 } });
    return tasks.every((task) => task.completed_at !== null) ? tasks : null;
  });
}

function byNumber(a: number, b: number): number {
  return a - b;
}

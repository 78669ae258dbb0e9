/** @module-tag whole */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { signalProcess } from "../../src/supervise/processes/tree.ts";
import { dieAt } from "../support/death-point.ts";
import { testDirectory } from "../support/directory.ts";
import { readJournals } from "../support/journals.ts";
import { linesOf } from "../support/lines-of.ts";
import { readRecord } from "../support/record.ts";
import { type Member, startServer, type TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** The server is told to stop, is killed while it stops, or is stopped (SIGSTOP) like its launcher, and goes on. */
const afterTheStop = ["before", "after"] as const;

it.each(afterTheStop)("loses nothing when killed while it stops, %s it lets its launcher go", async (when) => {
  const server = await startServer({ nodeOptions: dieAt({ when, call: "Supervisor.close" }) });
  const tasks = await startTasks(server);
  await server.stop("SIGTERM");
  expect(await server.ended()).toBe("SIGKILL");
  server.nodeOptions = [];
  await server.start();
  await tasks.allEndExactly();
});

it("stops once when it is told twice, and says so once", async () => {
  const server = await startServer();
  const tasks = await startTasks(server);
  const first = server.stop("SIGTERM");
  process.kill(server.pid, "SIGTERM");
  process.kill(server.pid, "SIGINT");
  expect(await first).toBe(0);
  expect(server.output.match(/stopped\. 3 tasks go on/g)).toHaveLength(1);
  await server.start();
  await tasks.allEndExactly();
});

it("goes on as if nothing had been when it was stopped for longer than its lease", async () => {
  const server = await startServer({ environment: { UTM_LEASE_SECONDS: "0.5", UTM_LOST_GRACE_SECONDS: "0" } });
  const tasks = await startTasks(server);
  process.kill(server.pid, "SIGSTOP");
  const { nodes = [] } = await readRecord(server);
  const leaseUntil = Math.max(...nodes.map((node) => Number(node.lease_until)));
  tasks.letGo();
  await waitFor("the lease to be over", () => Date.now() > leaseUntil + 600);
  await waitFor("their ends in the journal", () => readJournals(server.directory).ended.size === 3);
  process.kill(server.pid, "SIGCONT");
  await tasks.allEndExactly();
  const next = await tasks.admin.submit({ command: "exit 21" });
  expect((await tasks.admin.waitForEnd(next.id)).exit_code).toBe(21);
});

it("replaces a launcher that is stopped: what runs goes on, what it was told starts exactly once", async () => {
  const server = await startServer();
  const tasks = await startTasks(server);
  const { launcher } = readJournals(server.directory);
  expect(launcher !== null && signalProcess(launcher, "SIGSTOP")).toBe(true);
  const ran = join(testDirectory(), "ran");
  const told = [31, 32, 33].map((code) => tasks.admin.submit({ command: `echo ${code} >>${ran}; exit ${code}` }));
  for (const [index, task] of (await Promise.all(told)).entries()) {
    expect((await tasks.admin.waitForEnd(task.id, 50_000)).exit_code).toBe(31 + index);
  }
  await waitFor("the stopped one to be gone", () => launcher !== null && !signalProcess(launcher, "SIGCONT"));
  expect(linesOf(ran).sort()).toEqual(["31", "32", "33"]);
  await tasks.allEndExactly();
});

/** Three tasks that run until they are let go, and end each in its own way. */
async function startTasks(server: TestServer): Promise<RunningTasks> {
  const admin = await server.join("admin");
  const tasks = new RunningTasks(admin, testDirectory());
  await tasks.begin();
  return tasks;
}

class RunningTasks {
  readonly admin: Member;
  readonly #directory: string;
  #ids: number[] = [];

  constructor(admin: Member, directory: string) {
    this.admin = admin;
    this.#directory = directory;
  }

  async begin(): Promise<void> {
    const path = this.#directory;
    const wait = `echo $UTM_TASK_ID >>${path}/began; while [ ! -e ${path}/go ]; do sleep 0.05; done`;
    const submissions = ["exit 11", "exit 143", "kill -KILL $$"].map((end) => `${wait}; echo over; ${end}`);
    const submitted = await Promise.all(submissions.map((command) => this.admin.submit({ command })));
    this.#ids = submitted.map((task) => task.id);
    await waitFor("all to begin", () => linesOf(join(path, "began")).length === 3);
  }

  letGo(): void {
    writeFileSync(join(this.#directory, "go"), "");
  }

  async allEndExactly(): Promise<void> {
    this.letGo();
    const ended = await Promise.all(this.#ids.map((id) => this.admin.waitForEnd(id)));
    expect(ended.map((task) => task.exit_code ?? task.signal)).toEqual([11, 143, "SIGKILL"]);
    expect(ended.map((task) => task.outcome)).toEqual(["exited", "exited", "signalled"]);
    expect(await Promise.all(this.#ids.map((id) => this.admin.output(id)))).toEqual(["over\n", "over\n", "over\n"]);
    expect(linesOf(join(this.#directory, "began"))).toHaveLength(3);
  }
}

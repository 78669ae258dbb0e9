import { readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { isGone, readStat } from "../../src/supervise/processes/proc.ts";
import { signalProcess } from "../../src/supervise/processes/tree.ts";
import { testDirectory } from "../support/directory.ts";
import { Gate } from "../support/gate.ts";
import { readJournals } from "../support/journals.ts";
import { linesOf } from "../support/lines-of.ts";
import { refusedStart } from "../support/refused-start.ts";
import { type Member, startServer } from "../support/server.ts";
import { canMountDisks, fill, makeRoom, smallDisk } from "../support/small-disk.ts";
import { waitFor } from "../support/wait-for.ts";

/** A data directory on a disk of its own that is full: nothing is taken in that cannot be kept, and no end is lost. */
const ends = ["exit 0", "exit 3", "exit 137", "kill -KILL $$", "exit 143", "kill -SEGV $$"];
const told = [0, 3, 137, "SIGKILL", 143, "SIGSEGV"];
const count = 60;

it.skipIf(!canMountDisks)("answers 503 while the disk is full, and records every end once there is room", async () => {
  const scratch = testDirectory();
  const gate = new Gate(join(scratch, "go"));
  const disk = smallDisk(join(scratch, "disk"));
  const server = await startServer({
    directory: disk,
    environment: { UTM_SLOTS: String(count), TMPDIR: scratch },
  });
  const admin = await server.join("admin");
  const begun = join(scratch, "begun");
  const over = join(scratch, "over");
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const waiting = `echo $$ >>${begun}; ${gate.wait}; echo $$ >>${over}`;
    ids.push((await admin.submit({ command: `${waiting}; ${ends[index % ends.length]}` })).id);
  }
  await waitFor("all to begin", () => linesOf(begun).length === count);
  await waitFor("all starts in the record", async () => {
    const tasks = await Promise.all(ids.map((id) => admin.get(id)));
    return tasks.every((task) => task.started_at !== null);
  });

  fill(disk);
  const statuses = new Set<number>();
  await waitFor("a submission to be refused", async () => {
    const body = JSON.stringify({ command: `: ${"x".repeat(20_000)}` });
    const response = await admin.request("/taskapi/tasks/", { method: "POST", body });
    await response.text();
    statuses.add(response.status);
    return response.status !== 201;
  });
  expect([...statuses].filter((status) => status !== 201)).toEqual([503]);
  fill(disk);
  expect((await admin.request("/healthz")).status).toBe(200);
  gate.open();
  await waitFor("all to be over", () => linesOf(over).length === count && !linesOf(begun).some(isThere));
  const states = await Promise.all(ids.map(async (id) => (await admin.get(id)).status));
  // The journal's last block still took a few.
  expect(states.filter((status) => status === "running").length).toBeGreaterThan(count / 4);

  makeRoom(disk);
  const results = await Promise.all(ids.map((id) => admin.waitForEnd(id, 30_000)));
  expect(results.map((task) => task.exit_code ?? task.signal)).toEqual(results.map((_, index) => toldOf(index)));
  const task = await admin.submit({ command: "exit 6" });
  expect((await admin.waitForEnd(task.id)).exit_code).toBe(6);
});

it.skipIf(!canMountDisks)(
  "takes in nothing by halves: each submission is there wholly or was refused in a sentence",
  async () => {
    const { admin, disk } = await startOnSmallDisk();
    fill(disk);
    const answers: { key: string; status: number; body: Record<string, unknown> }[] = [];
    await waitFor("three refusals", async () => {
      const key = `key ${answers.length}`;
      const submission = { command: `: ${"x".repeat(20_000)}; exit 5`, tags: ["a", "b"] };
      answers.push({ key, ...(await submitOnce(admin, submission, key)) });
      return answers.filter((answer) => answer.status !== 201).length === 3;
    });
    const refused = answers.filter((answer) => answer.status !== 201);
    for (const { status, body } of refused) {
      expect(status).toBe(503);
      expect(body.code).toBe("not_ready");
      expect(body.detail).toMatch(
        /^The server cannot work right now: .*its disk is full\. Make room, then try again\.$/,
      );
    }
    makeRoom(disk);
    const { key = "" } = refused[0] ?? {};
    const again = await submitOnce(admin, { command: "exit 6" }, key);
    expect(again.status).toBe(201);
    const tasks = await admin.client.call(contract.listTasks, { query: {} });
    expect(tasks).toHaveLength(answers.length - refused.length + 1);
    const ends = await Promise.all(tasks.map((task) => admin.waitForEnd(task.id)));
    expect(ends.map((task) => task.exit_code)).toEqual([...tasks.slice(1).map(() => 5), 6]);
  },
);

it.skipIf(!canMountDisks)(
  "gives a task that fills the disk its error, goes on, and serves what was written",
  async () => {
    const { admin, disk, scratch } = await startOnSmallDisk();
    writeFileSync(join(disk, "filler"), Buffer.alloc(4_000_000));
    const other = await admin.submit({ command: `while [ ! -e ${scratch}/go ]; do sleep 0.1; done; exit 4` });
    await admin.waitForStatus(other.id, "running");
    const write = "yes 0123456 | head -c 30000000";
    const task = await admin.submit({ command: `${write}; echo $? >${scratch}/told; exit 9` });
    await waitFor("its writing to fail", () => linesOf(join(scratch, "told")).length === 1);
    expect(linesOf(join(scratch, "told"))).toEqual(["1"]);
    expect((await admin.request("/healthz")).status).toBe(200);
    makeRoom(disk);
    const ended = await admin.waitForEnd(task.id);
    expect(ended).toMatchObject({ outcome: "exited", exit_code: 9 });
    expect(ended.output_bytes).toBeGreaterThan(1_000_000);
    const lines = Math.ceil(ended.output_bytes / 8);
    // Its own complaint follows what it wrote, if there was room for it.
    const output = await admin.output(task.id);
    expect(output.length).toBe(ended.output_bytes);
    expect("0123456\n".repeat(lines).startsWith(output.replace(/head: .*$/s, ""))).toBe(true);
    writeFileSync(join(scratch, "go"), "");
    expect((await admin.waitForEnd(other.id)).exit_code).toBe(4);
  },
);

it.skipIf(!canMountDisks)(
  "survives kill -9 of itself and of its launcher while the disk is full",
  { tags: ["whole"] },
  async () => {
    const { admin, server, disk, scratch } = await startOnSmallDisk();
    const running = await admin.submit({ command: `while [ ! -e ${scratch}/go ]; do sleep 0.1; done; exit 143` });
    await admin.waitForStatus(running.id, "running");
    fill(disk);
    const { launcher } = readJournals(disk);
    expect(launcher !== null && signalProcess(launcher, "SIGKILL")).toBe(true);
    await waitFor(
      "it to have tried twice",
      () => (server.output.match(/launcher could not be started/g) ?? []).length >= 2,
    );
    expect(openJournals(server.pid).length).toBeLessThanOrEqual(2);
    await server.stop("SIGKILL");
    const { code, lines } = await refusedStart({ UTM_DATA_DIR: disk });
    expect(code).toBe(1);
    expect(lines).toEqual([
      `utm: The disk of the data directory ${disk} is full. Make room, then start the server again; tasks that run go on meanwhile, and their ends are kept.`,
    ]);
    writeFileSync(join(scratch, "go"), "");
    makeRoom(disk);
    await server.start();
    expect(await admin.waitForEnd(running.id)).toMatchObject({ outcome: "exited", exit_code: 143 });
    const next = await admin.submit({ command: "exit 6" });
    expect((await admin.waitForEnd(next.id)).exit_code).toBe(6);
  },
);

async function startOnSmallDisk() {
  const scratch = testDirectory();
  const disk = smallDisk(join(scratch, "disk"));
  const server = await startServer({ directory: disk, environment: { TMPDIR: scratch } });
  return { scratch, disk, server, admin: await server.join("admin") };
}

async function submitOnce(admin: Member, submission: Record<string, unknown>, key: string) {
  const headers = { "Idempotency-Key": key };
  const body = JSON.stringify(submission);
  const response = await admin.request("/taskapi/tasks/", { method: "POST", headers, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Descriptors of journals that a server has open. */
function openJournals(pid: number): string[] {
  const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return targets.filter((target) => /journal\.\d+$/.test(target));
}

function toldOf(index: number) {
  return told[index % told.length];
}

function isThere(pid: string): boolean {
  const stat = readStat(Number(pid));
  return stat !== null && !isGone(stat);
}

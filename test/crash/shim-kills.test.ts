import { join } from "node:path";
import { expect, it } from "vitest";
import type { TaskDetail } from "../../src/contract/index.ts";
import { readStat } from "../../src/supervise/processes/proc.ts";
import { signalProcess } from "../../src/supervise/processes/tree.ts";
import { testDirectory } from "../support/directory.ts";
import { isLong, report } from "../support/form.ts";
import { Gate } from "../support/gate.ts";
import { readJournals } from "../support/journals.ts";
import { linesOf } from "../support/lines-of.ts";
import { startServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * Shims are killed with kill -9, some while the server serves and some while it is away. How those tasks end nobody can
 * know, and it is said; they go on to their end, once, and nothing of their output is missing. Their neighbours are exact.
 */
const count = isLong ? 300 : 48;
const lines = Array.from({ length: 200 }, (_, line) => `${line + 1}\n`).join("");

it("tells no end whose witness was killed, and keeps the output whole", { timeout: 300_000 }, async () => {
  const scratch = testDirectory();
  const gate = new Gate(join(scratch, "go"));
  const server = await startServer({ environment: { UTM_SLOTS: String(count) } });
  const admin = await server.join("admin");
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const command = `echo $UTM_TASK_ID >>${scratch}/began; ${gate.wait}; echo $UTM_TASK_ID >>${scratch}/ended; seq 1 200; exit ${index % 256}`;
    ids.push((await admin.submit({ command })).id);
  }
  await waitFor("all to begin", () => linesOf(join(scratch, "began")).length === count, 120_000);
  const killedWhileServed = ids.filter((_, index) => index % 3 === 0);
  const killedWhileAway = ids.filter((_, index) => index % 3 === 1);
  const witnessed = ids.filter((_, index) => index % 3 === 2);
  killShims(server.directory, killedWhileServed);
  for (const id of killedWhileServed) {
    await waitFor("it to say so", async () => /how it ends will not be known/.test((await admin.get(id)).reason ?? ""));
  }
  await server.stop("SIGKILL");
  killShims(server.directory, killedWhileAway);
  await server.start();
  gate.open();

  const told = new Map<number, TaskDetail>();
  for (const id of ids) {
    told.set(id, await admin.waitForEnd(id, 120_000));
  }
  const unknown = { status: "failed", outcome: "unknown", exit_code: null, signal: null };
  const wrong: unknown[] = [];
  for (const [index, id] of ids.entries()) {
    const code = index % 256;
    const exact = { status: code === 0 ? "completed" : "failed", outcome: "exited", exit_code: code, signal: null };
    const { status, outcome, exit_code, signal } = told.get(id) as TaskDetail;
    const isRight =
      JSON.stringify({ status, outcome, exit_code, signal }) ===
      JSON.stringify(witnessed.includes(id) ? exact : unknown);
    if (!isRight || (await admin.output(id)) !== lines) {
      wrong.push(told.get(id));
    }
  }
  report("shims killed", { tasks: count, kills: count - witnessed.length, wrong: wrong.length });
  expect(wrong).toEqual([]);
  const sorted = (name: string) =>
    linesOf(join(scratch, name))
      .map(Number)
      .sort((a, b) => a - b);
  expect(sorted("began")).toEqual(ids);
  expect(sorted("ended")).toEqual(ids);
});

function killShims(directory: string, ids: readonly number[]): void {
  const { begun } = readJournals(directory);
  for (const id of ids) {
    const shim = readStat(begun.get(id)?.shimPid ?? 0);
    expect(shim !== null && signalProcess(shim, "SIGKILL")).toBe(true);
  }
}

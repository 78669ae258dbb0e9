/** @module-tag whole */
import { spawnSync } from "node:child_process";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { signalProcess } from "../../src/supervise/processes/tree.ts";
import { testDirectory } from "../support/directory.ts";
import { readJournals } from "../support/journals.ts";
import { linesOf } from "../support/lines-of.ts";
import { startServer } from "../support/server.ts";
import { isAsKnown, knownTask } from "../support/task-kinds.ts";
import { waitFor } from "../support/wait-for.ts";

/** What the other crash tests show for root holds for a server that nobody special runs. */
const nobody = 65_534;
const asNobody = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
const entry = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const canBeNobody =
  process.getuid?.() === 0 &&
  spawnSync(asNobody[0] ?? "", [...asNobody.slice(1), process.execPath, entry, "--help"]).status === 0;
if (!canBeNobody) {
  process.stderr.write("SKIPPED: a server of an ordinary user; starting one needs root, and sources others may read\n");
}
const count = 36;

it.skipIf(!canBeNobody)("survives kill -9 of itself and its launcher as an ordinary user", async () => {
  const [directory, marks] = [testDirectory(), testDirectory()];
  for (const path of [directory, marks]) {
    chownSync(path, nobody, nobody);
  }
  const environment = { HOME: directory, TMPDIR: directory, UTM_SLOTS: "12" };
  const server = await startServer({ directory, environment, through: asNobody });
  const admin = await server.join("admin");
  const tasks = Array.from({ length: count }, (_, index) => knownTask(index, join(marks, String(index))));
  const ids: number[] = [];
  for (const { submission } of tasks) {
    ids.push((await admin.submit(submission)).id);
  }
  for (const begun of [4, 16]) {
    await waitFor(`${begun} to have begun`, () => readJournals(directory).begun.size > 0 && begunIn(marks) >= begun);
    const { launcher } = readJournals(directory);
    expect(launcher !== null && signalProcess(launcher, "SIGKILL")).toBe(true);
    await server.stop("SIGKILL");
    await server.start();
  }
  for (const [index, id] of ids.entries()) {
    const task = knownTask(index, join(marks, String(index)));
    const told = await admin.waitForEnd(id);
    const found = linesOf(join(marks, String(index)));
    expect({ told, found, isRight: isAsKnown(task, told, found, await admin.output(id)) }).toMatchObject({
      isRight: true,
    });
  }
});

function begunIn(marks: string): number {
  return Array.from({ length: count }, (_, index) => linesOf(join(marks, String(index)))).filter(
    (lines) => lines.length > 0,
  ).length;
}

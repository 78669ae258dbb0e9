import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { liveAndDie, recordsOf } from "../support/earlier-life.ts";
import { hasEnded } from "../support/processes.ts";
import { installedShells } from "../support/shells.ts";
import { testBench, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/** The record of a process that runs is gone from the journal: its process is still there, and can be found by its marker. */
it("starts nothing a second time when the record of a process was cut that runs", async () => {
  const [shell] = installedShells();
  const bench = testBench(shell as NonNullable<typeof shell>);
  const running = bench.order('echo "$UTM_RUN" >>ran; while [ ! -e go ]; do sleep 0.03; done; exit 143');
  await liveAndDie(bench, [running], () => waitFor("it to run", () => bench.lines("ran").length === 1));
  const pid = Number(recordsOf(bench, "p")[0]?.[1]);
  const journal = join(bench.nodeDirectory, "journal.1");
  const whole = readFileSync(journal, "latin1");
  writeFileSync(journal, whole.slice(0, whole.lastIndexOf("\np ") + 12));
  const watched = watch(bench);
  await watched.supervisor.adopt([running]);
  writeFileSync(bench.path("go"), "");
  await watched.endOf(running);
  expect(hasEnded(pid)).toBe(true);
  expect(bench.lines("ran")).toEqual([running.key]);
});

import { mkdirSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { OutputStore } from "../output.ts";
import { stderrMarksPath } from "../stderr-marks.ts";
import { createCapper } from "./cap.ts";
import { followFile } from "./follow.ts";
import { readGap, removeGap, toGap } from "./gap-record.ts";
import { createLineReader } from "./lines.ts";
import { outputPath } from "./paths.ts";
import { readBeginning, readFileRange } from "./read.ts";
import { readMarks } from "./read-marks.ts";
import { createSearcher } from "./search/searcher.ts";
import { createWatcher } from "./watch.ts";

/** Output as files below a directory of this machine (or one that its machines share); made when first needed. */
export function createFileOutput(options: { directory: string }): OutputStore {
  const directory = resolve(options.directory);
  const watcher = createWatcher();
  const lineReader = createLineReader();
  const capper = createCapper(directory);
  const searcher = createSearcher();

  return {
    prepare(attempt) {
      const path = outputPath(directory, attempt);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      return path;
    },
    async isThere(attempt) {
      return statSync(outputPath(directory, attempt), { throwIfNoEntry: false }) !== undefined;
    },
    async size(attempt) {
      return statSync(outputPath(directory, attempt), { throwIfNoEntry: false })?.size ?? 0;
    },
    beginning: (attempt) => readBeginning(outputPath(directory, attempt)),
    async gap(attempt) {
      return toGap(await readGap(outputPath(directory, attempt)));
    },
    read: (attempt, range) => readFileRange(outputPath(directory, attempt), range),
    stderrMarks: (attempt, range) => readMarks(outputPath(directory, attempt), range),
    lines: (attempt, page) => lineReader.lines(outputPath(directory, attempt), page),
    search: (attempt, query, signal) => searcher.search(outputPath(directory, attempt), query, signal),
    follow: (attempt, followOptions) => followFile(outputPath(directory, attempt), followOptions, watcher),
    cap: (attempt, capBytes) => capper.cap(outputPath(directory, attempt), capBytes),
    capProblem: () => capper.problem(),
    async remove(attempt) {
      const path = outputPath(directory, attempt);
      lineReader.forget(path);
      await capper.settled(path);
      // The record goes last: without it, an output file that a crash left behind would show its hole as zeros.
      await rm(stderrMarksPath(path), { force: true });
      await rm(path, { force: true });
      await removeGap(path);
    },
    close() {
      watcher.close();
      searcher.close();
    },
  };
}

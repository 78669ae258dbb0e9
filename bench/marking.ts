import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stderrMarksPath } from "../src/output/stderr-marks.ts";
import { openBareAttempts } from "./bare-attempts.ts";
import { inFlight } from "./figures.ts";

/**
 * `npm run bench:marking`: what it costs to mark standard error, against the same attempts without, in one run on one machine: starts,
 * megabytes, and how often lines of the two streams that were written one after the other keep their order.
 */
const directory = mkdtempSync(join(tmpdir(), "utm-bench-marking-"));
const attempts = await openBareAttempts(directory);
let count = 0;
try {
  await starts();
  await megabytes("1 GB to standard output", "head -c 1000000000 /dev/zero");
  await megabytes("1 GB to standard error", "head -c 1000000000 /dev/zero >&2");
  await megabytes("seq 1 20000000, 169 MB", "seq 1 20000000");
  for (const [what, between] of [
    ["nothing between", ":"],
    ["a program between (true)", "/bin/true"],
    ["5 ms between", "sleep 0.005"],
  ] as const) {
    await order(what, between);
  }
} finally {
  attempts.close();
  rmSync(directory, { recursive: true, force: true });
}

/** Runs it to its end. Answers the milliseconds that took, and the output's path. */
async function run(command: string, isMarked: boolean): Promise<{ elapsedMs: number; outputPath: string }> {
  const order = attempts.order(`bench.${++count}`, { kind: "command", command });
  const { outputPath } = order;
  const begunAt = performance.now();
  await attempts.run(isMarked ? { ...order, stderrMarksPath: stderrMarksPath(outputPath) } : order);
  return { elapsedMs: performance.now() - begunAt, outputPath };
}

async function starts(): Promise<void> {
  const total = 300;
  const plainMs = await inFlight(total, 8, async () => void (await run(":", false)));
  const markedMs = await inFlight(total, 8, async () => void (await run(":", true)));
  print("starts, 8 in flight", `${(plainMs / markedMs).toFixed(2)} of the rate without`);
}

async function megabytes(what: string, command: string): Promise<void> {
  const ratios: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const times: number[] = [];
    for (const isMarked of [false, true]) {
      const { elapsedMs, outputPath } = await run(command, isMarked);
      times.push(elapsedMs);
      rmSync(outputPath);
    }
    const [plainMs = 0, markedMs = 1] = times;
    ratios.push(plainMs / markedMs);
  }
  print(what, `${ratios.map((ratio) => ratio.toFixed(2)).join(", ")} of the speed without`);
}

/** Lines count up on the two streams in turn; one that stands behind a later one is out of place. */
async function order(what: string, between: string): Promise<void> {
  const lines = 1000;
  const loop = `i=0; while [ $i -lt ${lines} ]; do echo $i; ${between}; echo $((i+1)) >&2; ${between}; i=$((i+2)); done`;
  const { outputPath } = await run(loop, true);
  const found = readFileSync(outputPath, "utf8").trimEnd().split("\n").map(Number);
  let outOfPlace = 0;
  let latest = -1;
  for (const number of found) {
    outOfPlace += number < latest ? 1 : 0;
    latest = Math.max(latest, number);
  }
  print(`order, ${what}`, `${outOfPlace} of ${found.length} lines out of place`);
}

function print(what: string, figures: string): void {
  console.log(`${what.padEnd(34)} ${figures}`);
}

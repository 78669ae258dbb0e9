import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { contract } from "../src/client/client.ts";
import type { TaskDetail } from "../src/contract/index.ts";
import { beside, memoryMiB, spread } from "./beside.ts";
import { quantile } from "./figures.ts";
import { nowMs, watchSize } from "./file-size-clock.ts";
import { followTimes, latencies } from "./follow-times.ts";
import { type BenchServer, startServer } from "./server.ts";

/**
 * `node bench/output.ts [PART …]`: what output costs at a gigabyte and under a flood, in one run on one machine. The parts
 * are throughput, pages, search, download and follow. There is a gigabyte on the disk at a time, of the temporary directory.
 */
const gibibyte = 1024 ** 3;
const blockBytes = 64 * 1024 ** 2;
const line = "2026-04-01T12:00:00Z INFO request handled in 12 ms path=/taskapi/tasks/77/ x=1\n";
const followedMs = 8000;
/** No task outlives a measurement that fails. */
const longestSeconds = 120;
const parts = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), "utm-bench-output-"));
const block = join(directory, "block");
const blocks = Array.from({ length: gibibyte / blockBytes }, () => block).join(" ");
/** One write for each MiB, and no other work: as fast as a command can be. */
const writeGibibyte = `for file in ${blocks}; do dd if=$file bs=1M status=none; done`;

try {
  writeFileSync(block, Buffer.alloc(blockBytes, line));
  if (["throughput", "pages", "search", "download"].some(isWanted)) {
    const server = await startServer(directory, 4, { UTM_OUTPUT_CAP_BYTES: "0" });
    await gibibytes(server);
    await server.stop();
  }
  if (isWanted("follow")) {
    const server = await startServer(directory, 3);
    await follow(server, "while :; do echo x; done");
    await follow(server, "yes");
    await server.stop();
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function isWanted(part: string): boolean {
  return parts.length === 0 || parts.includes(part);
}

function print(what: string, figures: string): void {
  console.log(`${what.padEnd(34)} ${figures}`);
}

async function gibibytes(server: BenchServer): Promise<void> {
  if (isWanted("throughput")) {
    await throughput(server);
  }
  if (["pages", "search", "download"].some(isWanted)) {
    const id = await submit(server, `${writeGibibyte}; printf 'the needle'`);
    await ended(server, id);
    for (const [part, measure] of Object.entries({ pages, search, download })) {
      if (isWanted(part)) {
        await measure(server, id);
      }
    }
    rmSync(outputPath(server, id));
  }
}

/** The same command into a file by the shell and through the product; then with a follower and a reader at work. */
async function throughput(server: BenchServer): Promise<void> {
  const shellMs: number[] = [];
  const taskMs: number[] = [];
  // By turns, and judged by the median: the disk and whoever else works there are not the same from one to the next.
  for (let round = 0; round < 5; round += 1) {
    shellMs.push(Math.round(redirect()));
    taskMs.push(await timeTask(server));
  }
  const before = memoryMiB(server);
  const watchedMs = await timeTask(server, async (id) => {
    const stop = new AbortController();
    const reading = readLastLines(server, id, stop.signal);
    await followTimes(server, id, stop.signal);
    stop.abort();
    await reading;
  });
  const after = memoryMiB(server);
  const typicalMs = quantile(shellMs, 0.5);
  const share = (ms: number) => `${Math.round(gibibyte / 1000 / ms)} MB/s, ${(typicalMs / ms).toFixed(2)} of the shell`;
  print("1 GiB by the shell: cmd > file", `${share(typicalMs)} (${shellMs.join(", ")} ms)`);
  print("  by a task", `${share(quantile(taskMs, 0.5))} (${taskMs.join(", ")} ms)`);
  print("  by a task, followed and read", share(watchedMs));
  print("  memory of the server meanwhile", `${before.now} MiB before, ${after.now} after, ${after.peak} at most`);
}

function redirect(): number {
  const path = join(directory, "redirected");
  const startedAt = performance.now();
  spawnSync("sh", ["-c", `{ ${writeGibibyte}; } > ${path}`]);
  const elapsedMs = performance.now() - startedAt;
  rmSync(path);
  return elapsedMs;
}

async function timeTask(server: BenchServer, meanwhile?: (id: number) => Promise<void>): Promise<number> {
  const id = await submit(server, writeGibibyte);
  const watched = meanwhile?.(id);
  const { duration_ms, output_bytes } = await ended(server, id);
  await watched;
  rmSync(outputPath(server, id));
  if (output_bytes !== gibibyte || duration_ms === null) {
    throw new Error(`The task left ${output_bytes} bytes.`);
  }
  return duration_ms;
}

/** Asks for the last lines again and again, as a page that shows the end does. */
async function readLastLines(server: BenchServer, id: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await server.client.call(contract.getOutputLines, { params: { id }, query: { from: -100, count: 100 } });
    await pause(200);
  }
}

/** The first look counts the lines; later ones find them counted. */
async function pages(server: BenchServer, id: number): Promise<void> {
  for (const [name, from] of [
    ["the last, first look", -200],
    ["the last, known", -200],
    ["in the middle", 6e6],
  ] as const) {
    const query = { from, count: 200 };
    const work = () => server.client.call(contract.getOutputLines, { params: { id }, query });
    const { result, elapsedMs, healthMs } = await beside(server, work);
    const total = `${result.lines.length} of ${result.total} lines`;
    print(`page of 1 GiB, ${name}`, `${Math.round(elapsedMs)} ms, ${total}; health ${spread(healthMs)}`);
  }
}

async function search(server: BenchServer, id: number): Promise<void> {
  const queries = [
    { name: "a text, once", query: { q: "needle", before: 2 } },
    { name: "a text, everywhere", query: { q: "INFO" } },
    { name: "in any case", query: { q: "NEEDLE", ignore_case: "1" as const } },
    { name: "an expression", query: { q: "n[eo]+dle|^x", regex: "1" as const } },
  ];
  for (const { name, query } of queries) {
    const work = () => server.client.call(contract.searchOutput, { params: { id }, query });
    const { result, elapsedMs, healthMs } = await beside(server, work);
    print(`search 1 GiB, ${name}`, `${Math.round(elapsedMs)} ms, ${result.total} lines; health ${spread(healthMs)}`);
  }
}

async function download(server: BenchServer, id: number): Promise<void> {
  const before = memoryMiB(server);
  const { result, elapsedMs, healthMs } = await beside(server, async () => {
    const query = { download: "1" as const };
    const response = await server.client.fetch(contract.getOutput, { params: { id }, query });
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
    }
    return bytes;
  });
  const after = memoryMiB(server);
  print("download 1 GiB", `${Math.round(elapsedMs)} ms, ${result} bytes; health ${spread(healthMs)}`);
  print("  memory of the server", `${before.now} MiB before, ${after.now} after`);
}

/** From a byte's being in the file, by a clock beside, to its being with a follower. */
async function follow(server: BenchServer, command: string): Promise<void> {
  const id = await submit(server, command);
  const startedAt = nowMs();
  const stopWatching = watchSize(outputPath(server, id));
  const stop = new AbortController();
  const { result: times, healthMs } = await beside(server, async () => {
    const following = followTimes(server, id, stop.signal);
    await pause(followedMs);
    const sizes = await stopWatching();
    // What was written last may still come.
    await pause(1000);
    stop.abort();
    return { sizes, got: await following };
  });
  await server.client.call(contract.deleteTask, { params: { id } });
  const size = times.sizes.at(-1)?.size ?? 0;
  const rate = (size / 1e3 / (nowMs() - startedAt)).toFixed(1);
  print(`follow ${command}`, `${spread(latencies(times.sizes, times.got))}; written at ${rate} MB/s`);
  print("  health meanwhile", spread(healthMs));
}

async function submit(server: BenchServer, command: string): Promise<number> {
  const { id } = await server.client.call(contract.createTask, { body: { command, timeout_seconds: longestSeconds } });
  return id;
}

async function ended(server: BenchServer, id: number): Promise<TaskDetail> {
  for (;;) {
    const task = await server.client.call(contract.getTask, { params: { id } });
    if (task.completed_at !== null) {
      return task;
    }
    await pause(50);
  }
}

function outputPath(server: BenchServer, id: number): string {
  return join(server.dataDirectory, "output", "0", `${id}.1`);
}

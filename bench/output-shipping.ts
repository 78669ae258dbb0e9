import { spawn } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { createLog } from "../src/log/log.ts";
import { createFileOutput } from "../src/output/file/store.ts";
import { createMirrorOutput } from "../src/output/mirror/mirror-output.ts";
import { addNode, addRunning, addUser } from "../src/store/conformance/sample.ts";
import { openStore } from "../src/store/open.ts";
import type { AttemptKey } from "../src/store/store.ts";
import { OutputShipping } from "../src/worker/shipping/output-shipping.ts";
import { SentFiles } from "../src/worker/shipping/sent-files.ts";
import { quantile } from "./figures.ts";

/**
 * `node bench/output-shipping.ts`: what it costs to bring outputs to the record and to read them from there, node and
 * reader in one process. DATABASE_URL names the record; an SQLite file when left out.
 */
const mebibyte = 1024 ** 2;
const cap = 64 * mebibyte;
const never = new AbortController().signal;
const directory = mkdtempSync(join(tmpdir(), "utm-bench-shipping-"));
const store = await openStore({ databaseUrl: process.env.DATABASE_URL ?? `sqlite:${join(directory, "record.db")}` });
const output = createFileOutput({ directory: join(directory, "output") });
const log = createLog("warn");
const sentFiles = new SentFiles({ store, output, log, kept: async function* () {} });
const mirror = createMirrorOutput({
  directory: join(directory, "cache"),
  source: store.blocks,
  marks: store.marks,
  announce: (attempt) => shipping.followed(attempt),
});
const shipping = new OutputShipping({
  ...{ output, log, sentFiles, blocks: store.blocks, marks: store.marks },
  poke: async (poke) => {
    if (poke.topic === "output") {
      mirror.notice(poke);
    }
  },
});
const ann = await addUser(store, `ann-${process.pid}`);
const node = await addNode(store, `node-${process.pid}`);
const logLine = (index: number) =>
  `2026-04-01T12:00:${String(index % 60).padStart(2, "0")}Z INFO request ${index} handled in ${(index * 7919) % 997} ms path=/taskapi/tasks/${index % 4099}/\n`;

try {
  shipping.start();
  await throughput("a log", Buffer.from(Array.from({ length: 640_000 }, (_, index) => logLine(index)).join("")));
  await throughput("random bytes", await randomBytesOf(cap));
  await flood();
} finally {
  shipping.stop();
  mirror.close();
  output.close();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
}

async function randomBytesOf(length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of createReadStream("/dev/urandom", { end: length - 1 })) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function print(what: string, figures: string): void {
  console.log(`${what.padEnd(34)} ${figures}`);
}

async function begin(): Promise<AttemptKey> {
  const key = await addRunning(store, ann.id, node);
  shipping.hold(key, { isNew: true });
  return key;
}

async function throughput(name: string, content: Buffer): Promise<void> {
  const key = await begin();
  writeFileSync(output.prepare(key), content);
  const watch = watchProcess();
  const startedAt = performance.now();
  await shipping.complete(key, content.length);
  const sentMs = performance.now() - startedAt;
  const cost = watch.stop();
  let stored = 0;
  for (let fromBlock = 0, beyondByte = 0; ; ) {
    const { blocks } = await store.blocks.list({ ...key, fromBlock, beyondByte });
    const last = blocks.at(-1);
    if (last === undefined) {
      break;
    }
    stored += blocks.reduce((sum, block) => sum + block.bytes.length, 0);
    fromBlock = last.firstByte;
    beyondByte = last.firstByte + last.length;
  }
  const readFrom = performance.now();
  await mirror.size(key);
  const readMs = performance.now() - readFrom;
  const rate = (ms: number) => `${Math.round(content.length / 1000 / ms)} MB/s`;
  print(
    `${name}, ${Math.round(content.length / mebibyte)} MiB, sent`,
    `${rate(sentMs)}, ${(content.length / stored).toFixed(1)} times smaller; ${cost}`,
  );
  print("  fetched by another machine", rate(readMs));
}

/** `yes` for ten seconds, followed from another machine, beside a task that writes a line now and then. */
async function flood(): Promise<void> {
  const loud = await begin();
  const quiet = await begin();
  const yes = spawn("sh", ["-c", 'exec timeout 10 yes >>"$0"', output.prepare(loud)]);
  const ended = new Promise<void>((resolve) => yes.once("close", () => resolve()));
  const speaker = spawn("sh", [
    "-c",
    'exec >>"$0"; i=0; while [ $i -lt 150 ]; do date +%s%3N; i=$((i+1)); sleep 0.05; done',
    output.prepare(quiet),
  ]);
  const spoken = new Promise<void>((resolve) => speaker.once("close", () => resolve()));
  const watch = watchProcess();
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const capping = (async () => {
    while (!isOver) {
      await output.cap(loud, cap);
      await pause(250);
    }
  })();
  let followedBytes = 0;
  const following = (async () => {
    for await (const { data } of mirror.follow(loud, { offset: 0, ended: endOf(loud, ended), signal: never })) {
      followedBytes += data.length;
    }
  })();
  const late: number[] = [];
  for await (const { data } of mirror.follow(quiet, { offset: 0, ended: endOf(quiet, spoken), signal: never })) {
    late.push(
      ...data
        .toString()
        .trim()
        .split("\n")
        .map((line) => Date.now() - Number(line)),
    );
  }
  await Promise.all([capping, following]);
  const written = await output.size(loud);
  print(
    "yes for ten seconds, followed",
    `${Math.round(written / 1e6)} MB written, ${Math.round(followedBytes / 1e6)} MB followed; ${watch.stop()}`,
  );
  print(
    "  lines of a quiet one beside it",
    `${late.length} lines, median ${quantile(late, 0.5)} ms, p95 ${quantile(late, 0.95)} ms late`,
  );
}

/** As the node does it at the end of an attempt. */
async function endOf(key: AttemptKey, over: Promise<void>): Promise<void> {
  await over;
  await output.cap(key, cap);
  await shipping.complete(key, await output.size(key));
}

function watchProcess(): { stop(): string } {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  const before = process.memoryUsage.rss();
  return {
    stop() {
      clearInterval(timer);
      delay.disable();
      const mib = (bytes: number) => Math.round(bytes / mebibyte);
      const p99 = (delay.percentile(99) / 1e6).toFixed(1);
      return `memory ${mib(before)} → at most ${mib(most)} MiB, event loop p99 ${p99} ms`;
    },
  };
}

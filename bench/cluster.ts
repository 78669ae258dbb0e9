import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { perSecond } from "./figures.ts";
import { startServer } from "./server.ts";
import { submitToEnd } from "./throughput.ts";

/**
 * `npm run bench:cluster`: what it costs to have the record on a server and the work carried by Redis, against one process
 * on SQLite in the same run. DATABASE_URL names an empty database, REDIS_URL a Redis. All processes share this one machine,
 * so it says what the parts cost, and not how far many machines go.
 */
const tasks = Number(process.argv[2] ?? 400);
const slots = 8;
const entry = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const { DATABASE_URL = "", REDIS_URL = "" } = process.env;

const directory = mkdtempSync(join(tmpdir(), "utm-bench-"));
try {
  const alone = await startServer(join(directory, "alone"), slots, { DATABASE_URL: "", REDIS_URL: "" });
  const aloneMs = await submitToEnd(alone, tasks, slots);
  await alone.stop();
  console.log(`one process on SQLite           ${perSecond(tasks, aloneMs)} tasks/s   1.00`);
  const server = await startServer(join(directory, "many"), 0, { DATABASE_URL, REDIS_URL, UTM_NODE_NAME: "server" });
  const workers: ChildProcess[] = [];
  for (const count of [1, 2]) {
    workers.push(await startWorker(count));
    const elapsedMs = await submitToEnd(server, tasks, slots * count);
    const ratio = (aloneMs / elapsedMs).toFixed(2);
    console.log(`a server, ${count} node(s), Redis      ${perSecond(tasks, elapsedMs)} tasks/s   ${ratio}`);
  }
  for (const worker of workers) {
    worker.kill("SIGTERM");
    await once(worker, "exit");
  }
  await server.stop();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function startWorker(number: number): Promise<ChildProcess> {
  const own = { UTM_DATA_DIR: join(directory, `worker-${number}`), UTM_NODE_NAME: `worker-${number}` };
  const settings = { ...own, UTM_SLOTS: String(slots), UTM_LOG_LEVEL: "warn" };
  const child = spawn(process.execPath, [entry, "worker"], {
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.stdout.resume();
  return child;
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contract } from "../src/client/client.ts";
import { inFlight, perSecond, quantile } from "./figures.ts";
import { bareLauncher } from "./launcher.ts";
import { type BenchServer, startServer } from "./server.ts";
import { submitToEnd } from "./throughput.ts";

/**
 * `npm run bench`: how much the server costs on top of the bare launcher, in one run on one machine. Figures are ratios or
 * stand beside their limit, since absolute ones say more about the machine than about the program.
 */
const tasks = Number(process.argv[2] ?? 600);
const concurrency = 8;

const directory = mkdtempSync(join(tmpdir(), "utm-bench-"));
try {
  const limitMs = await bareLauncher(directory, tasks, concurrency);
  console.log(`bare launcher, ${concurrency} in flight      ${perSecond(tasks, limitMs)} tasks/s   1.00`);
  const server = await startServer(directory, concurrency);
  const elapsedMs = await submitToEnd(server, tasks, concurrency);
  const ratio = (limitMs / elapsedMs).toFixed(2);
  console.log(`submit → ended by HTTP          ${perSecond(tasks, elapsedMs)} tasks/s   ${ratio} of the bare launcher`);
  await latency(server);
  await server.stop();
  const full = await startServer(directory, 1);
  await submits(full);
  await full.stop();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Submit → running: from sending the request to the process's own start time, one task at a time. */
async function latency(server: BenchServer): Promise<void> {
  const startsMs: number[] = [];
  const answersMs: number[] = [];
  for (let round = 0; round < 100; round += 1) {
    const sentAt = performance.timeOrigin + performance.now();
    const task = await server.client.call(contract.createTask, { body: { argv: ["true"], cwd: "/tmp" } });
    answersMs.push(performance.timeOrigin + performance.now() - sentAt);
    startsMs.push((await startOf(server, task.id)) - sentAt);
  }
  const show = (values: number[]) =>
    `p50 ${quantile(values, 0.5).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms`;
  console.log(`submit → process running        ${show(startsMs)}`);
  console.log(`submit → answered               ${show(answersMs)}`);
}

async function startOf(server: BenchServer, id: number): Promise<number> {
  for (;;) {
    const task = await server.client.call(contract.getTask, { params: { id } });
    if (task.completed_at !== null && task.started_at !== null) {
      return Date.parse(task.started_at);
    }
  }
}

/** Submits alone: the only slot is taken, so nothing starts. Beside it the same server's cheapest request. */
async function submits(server: BenchServer): Promise<void> {
  await server.client.call(contract.createTask, { body: { argv: ["sleep", "600"], cwd: "/tmp" } });
  const count = tasks * 2;
  const submitMs = await inFlight(count, concurrency, async () => {
    await server.client.call(contract.createTask, { body: { argv: ["true"], cwd: "/tmp" } });
  });
  const healthMs = await inFlight(count, concurrency, async () => {
    await server.client.call(contract.health, {});
  });
  const ratio = (healthMs / submitMs).toFixed(2);
  console.log(
    `submits, nothing starting       ${perSecond(count, submitMs)}/s   ${ratio} of GET /healthz (${perSecond(count, healthMs)}/s)`,
  );
  await server.client.call(contract.deleteTask, { params: { id: 1 } });
}

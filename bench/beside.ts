import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { contract } from "../src/client/client.ts";
import { quantile } from "./figures.ts";
import type { BenchServer } from "./server.ts";

/** How a server feels to everybody else while it does something, and what it takes. */
export type Beside<T> = { result: T; elapsedMs: number; healthMs: number[] };

const askEveryMs = 10;

/** Asks GET /healthz all the while: its answer waits for whatever takes the event loop. */
export async function beside<T>(server: BenchServer, work: () => Promise<T>): Promise<Beside<T>> {
  const healthMs: number[] = [];
  const stop = new AbortController();
  const asking = askHealth(server, healthMs, stop.signal);
  const startedAt = performance.now();
  const result = await work();
  const elapsedMs = performance.now() - startedAt;
  stop.abort();
  await asking;
  return { result, elapsedMs, healthMs };
}

async function askHealth(server: BenchServer, healthMs: number[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const askedAt = performance.now();
    await server.client.call(contract.health, {});
    healthMs.push(performance.now() - askedAt);
    await pause(askEveryMs);
  }
}

/** `p50 1.2, p99 3.4, most 5.6 ms`. */
export function spread(valuesMs: readonly number[]): string {
  const at = (share: number) => quantile(valuesMs, share).toFixed(1);
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)} ms`;
}

/** Memory of the server process as the kernel counts it. */
export function memoryMiB(server: BenchServer): { now: number; peak: number } {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  const field = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { now: field("VmRSS"), peak: field("VmHWM") };
}

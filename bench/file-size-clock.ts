import { statSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** At that moment (epoch milliseconds) the file had so many bytes. */
export type SizeAt = { atMs: number; size: number };

const everyMs = 5;

/** Notes how large a file is, in a thread of its own, whose clock does not wait for anything else. Call to stop. */
export function watchSize(path: string): () => Promise<SizeAt[]> {
  const thread = new Worker(new URL(import.meta.url), { workerData: path });
  return () => {
    const { promise, resolve } = Promise.withResolvers<SizeAt[]>();
    thread.once("message", resolve);
    thread.postMessage("stop");
    return promise;
  };
}

if (!isMainThread) {
  const sizes: SizeAt[] = [];
  const timer = setInterval(() => {
    const size = statSync(workerData as string, { throwIfNoEntry: false })?.size ?? 0;
    sizes.push({ atMs: nowMs(), size });
  }, everyMs);
  parentPort?.once("message", () => {
    clearInterval(timer);
    parentPort?.postMessage(sizes);
  });
}

/** Epoch milliseconds with fractions, the same in all threads. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

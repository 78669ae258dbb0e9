import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type { SearchQuery } from "../../search-query.ts";
import { searchFile } from "./search-file.ts";

/** One search in a thread of its own, started by searcher.ts: tells how it goes on, then its result, and ends. */
const { path, query } = workerData as { path: string; query: SearchQuery };

if (process.platform === "linux") {
  // There it is of this thread alone: the event loop goes first where processors are few.
  setPriority(10);
}
const result = await searchFile(path, query, () => parentPort?.postMessage("progress"));
parentPort?.postMessage(result);

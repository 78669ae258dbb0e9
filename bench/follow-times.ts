import { get } from "node:http";
import { contract, pathOf } from "../src/client/client.ts";
import { nowMs, type SizeAt } from "./file-size-clock.ts";
import type { BenchServer } from "./server.ts";

/** At that moment (epoch milliseconds) a follower had everything before an offset. */
export type GotTo = { atMs: number; next: number };

/**
 * Follows a task's output until it ends or the signal aborts, and notes when which offset had come. The data is not
 * decoded: here the follower must not be what is slow.
 */
export function followTimes(server: BenchServer, id: number, signal: AbortSignal): Promise<GotTo[]> {
  const { promise, resolve, reject } = Promise.withResolvers<GotTo[]>();
  const times: GotTo[] = [];
  const headers = { Authorization: `Token ${server.token}` };
  const url = server.url + pathOf(contract.streamOutput, { params: { id } });
  const request = get(url, { headers, signal }, (response) => {
    const read = eventReader((next) => times.push({ atMs: nowMs(), next }));
    response.setEncoding("latin1");
    response.on("data", read);
    response.on("close", () => resolve(times));
    response.on("error", () => undefined);
  });
  request.on("error", (error) => (signal.aborted ? resolve(times) : reject(error)));
  return promise;
}

const longestToken = 40;

/** Calls back with the id of each event once all of it has come. */
function eventReader(onEvent: (next: number) => void): (chunk: string) => void {
  const tokens = /\nid: (\d+)\n|"attempt":\d+\}\n\n/g;
  let next: number | null = null;
  let rest = "";
  return (chunk) => {
    const text = rest + chunk;
    let used = 0;
    for (const token of text.matchAll(tokens)) {
      used = token.index + token[0].length;
      if (token[1] !== undefined) {
        next = Number(token[1]);
      } else if (next !== null) {
        onEvent(next);
        next = null;
      }
    }
    rest = text.slice(Math.max(used, text.length - longestToken));
  };
}

/** How long each size of the file took to reach the follower; sizes it never reached count with the last moment. */
export function latencies(sizes: readonly SizeAt[], times: readonly GotTo[]): number[] {
  const grown = sizes.filter(({ size }, at) => size > (sizes[at - 1]?.size ?? 0));
  const endMs = times.at(-1)?.atMs ?? Number.NaN;
  let at = 0;
  return grown.map(({ atMs, size }) => {
    while (at < times.length - 1 && (times[at]?.next ?? 0) < size) {
      at += 1;
    }
    return Math.max(0, (times[at]?.atMs ?? endMs) - atMs);
  });
}

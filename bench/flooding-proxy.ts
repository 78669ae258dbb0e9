import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TaskSummary } from "../src/contract/index.ts";

/**
 * Stands between a page and its server. It hands everything through, and can put changes of tasks into the stream the page
 * listens to: a page has to bear as many as a cluster makes, which is more than one server on this machine does.
 */
export type FloodingProxy = {
  url: string;
  /** Sends changes at this rate for a time. Answers how many were sent, and the milliseconds it took. */
  flood(tasks: readonly TaskSummary[], options: { perSecond: number; forMs: number }): Promise<[number, number]>;
  /** Sends one change. */
  change(task: TaskSummary): void;
  close(): void;
};

const tickMs = 10;

export async function startFloodingProxy(target: string): Promise<FloodingProxy> {
  const streams = new Set<ServerResponse>();
  const server = createServer((incoming, outgoing) => handThrough(target, incoming, outgoing, streams));
  server.listen(0, "localhost");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;

  function change(task: TaskSummary): void {
    for (const stream of streams) {
      stream.write(`event: changed\ndata: ${JSON.stringify(task)}\n\n`);
    }
  }
  return {
    url: `http://localhost:${port}`,
    change,
    async flood(tasks, { perSecond, forMs }) {
      const startedAt = performance.now();
      let sent = 0;
      while (performance.now() - startedAt < forMs) {
        await new Promise((resolve) => setTimeout(resolve, tickMs));
        const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1000);
        for (; sent < due; sent += 1) {
          const task = tasks[(sent * 7) % tasks.length];
          if (task !== undefined) {
            change({ ...task, name: `change ${sent}`, updated_at: new Date().toISOString() });
          }
        }
      }
      return [sent, performance.now() - startedAt];
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function handThrough(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  streams: Set<ServerResponse>,
): void {
  const path = incoming.url ?? "/";
  const asked = request(target + path, { method: incoming.method, headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    if (path.startsWith("/taskapi/stream/")) {
      streams.add(outgoing);
      outgoing.once("close", () => streams.delete(outgoing));
    }
  });
  asked.once("error", () => outgoing.destroy());
  outgoing.once("close", () => asked.destroy());
  incoming.pipe(asked);
}

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export type CuttingProxy = { url: string; cuts: () => number };

/**
 * A way to the server that loses its first answers, or the first ones to requests for a path that holds `to`: the request
 * arrives, the connection breaks instead of the answer.
 */
export async function cuttingProxy(serverUrl: string, cutAnswers: number, to = ""): Promise<CuttingProxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let cuts = 0;
  const proxy = createServer((socket) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on("error", () => undefined);
      end.on("close", () => {
        socket.destroy();
        upstream.destroy();
      });
    }
    let path = "";
    socket.on("data", (chunk: Buffer) => {
      path = /^[A-Z]+ (\S+) HTTP/.exec(chunk.toString("latin1"))?.[1] ?? path;
    });
    socket.pipe(upstream);
    upstream.on("data", (chunk: Buffer) => {
      if (cuts < cutAnswers && path.includes(to)) {
        cuts += 1;
        socket.destroy();
        return;
      }
      socket.write(chunk);
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, cuts: () => cuts };
}

/** An address where nobody listens. */
export async function silentAddress(): Promise<string> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

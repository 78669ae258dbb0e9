import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export type RedisProxy = {
  url: string;
  /** From now on nothing comes through, in either direction, and no connection is closed: a cable that was pulled. */
  freeze(): void;
  thaw(): void;
  /** The connections that are there break with the next bytes sent through them that hold this, which do not arrive. */
  breakAt(bytes: string): void;
};

/** A way to Redis that can be broken. */
export async function startRedisProxy(port: number): Promise<RedisProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let breaksAt: string | null = null;
  function breakAll(): void {
    breaksAt = null;
    for (const socket of sockets) {
      socket.destroy();
    }
  }
  const server = createServer((socket) => {
    const upstream = connect(port, "127.0.0.1");
    for (const [end, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(end);
      end.on("error", () => undefined);
      end.on("close", () => {
        sockets.delete(end);
        other.destroy();
      });
      end.on("data", (chunk: Buffer) => {
        if (breaksAt !== null && chunk.includes(breaksAt)) {
          breakAll();
        } else if (!isFrozen) {
          other.write(chunk);
        }
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    breakAll();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
      // What was said meanwhile is lost: nobody can make sense of what comes next.
      breakAll();
    },
    breakAt(bytes) {
      breaksAt = bytes;
    },
  };
}

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a database server that can break like networks do. */
export type DatabaseProxy = {
  /** The database's URL, through here. */
  url: string;
  /** Breaks all connections; new ones go through. */
  cut(): void;
  /** Breaks all connections and refuses new ones, like a server that is stopped. */
  refuse(): Promise<void>;
  /** From now on nothing passes, and nobody is told: new connections are taken and nothing comes. */
  swallow(): void;
  /** The next commit reaches the server, and its answer is lost with the connection. */
  loseNextCommitAnswer(): void;
  /** All is well again. */
  restore(): Promise<void>;
};

export async function databaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const pairs = new Set<[Socket, Socket]>();
  const state = { isSwallowing: false, losesCommitAnswer: false };
  let server = open(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  url.hostname = "127.0.0.1";
  url.port = String(port);
  // What passes is looked at for the word "commit".
  url.searchParams.set("sslmode", "disable");

  function open(at: number): Server {
    return createServer((socket) => join(socket)).listen(at, "127.0.0.1");
  }

  function join(socket: Socket): void {
    const upstream = connect(target);
    const pair: [Socket, Socket] = [socket, upstream];
    let isAnswerLost = false;
    pairs.add(pair);
    for (const end of pair) {
      end.on("error", () => undefined);
      end.on("close", () => {
        pairs.delete(pair);
        if (!state.isSwallowing) {
          socket.destroy();
          upstream.destroy();
        }
      });
    }
    socket.on("data", (chunk: Buffer) => {
      if (state.losesCommitAnswer && chunk.includes("commit")) {
        state.losesCommitAnswer = false;
        isAnswerLost = true;
      }
      pass(chunk, upstream);
    });
    upstream.on("data", (chunk: Buffer) => {
      if (isAnswerLost) {
        socket.destroy();
      } else {
        pass(chunk, socket);
      }
    });
  }

  function pass(chunk: Buffer, to: Socket): void {
    if (!state.isSwallowing) {
      to.write(chunk);
    }
  }

  function cut(): void {
    for (const [socket, upstream] of [...pairs]) {
      socket.destroy();
      upstream.destroy();
    }
  }

  async function refuse(): Promise<void> {
    if (server.listening) {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    }
  }

  onTestFinished(async () => {
    state.isSwallowing = false;
    await refuse();
  });
  return {
    url: url.href,
    cut,
    refuse,
    swallow() {
      state.isSwallowing = true;
    },
    loseNextCommitAnswer() {
      state.losesCommitAnswer = true;
    },
    async restore() {
      if (state.isSwallowing) {
        state.isSwallowing = false;
        // What was swallowed is missing in them.
        cut();
      }
      if (!server.listening) {
        server = open(port);
        await once(server, "listening");
      }
    },
  };
}

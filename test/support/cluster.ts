import { onTestFinished } from "vitest";
import { type DatabaseProxy, databaseProxy } from "./databases/database-proxy.ts";
import { createDatabase, missingServer, type ServerKind, type TestDatabase } from "./databases/fresh-database.ts";
import { testDirectory } from "./directory.ts";
import { removeNodeGroup } from "./node-group.ts";
import { endProcessesOf } from "./processes.ts";
import { hasOwnRedis, startRedis, type TestRedis } from "./redis.ts";
import { TestServer } from "./server-process.ts";
import { UtmProcess } from "./utm-process.ts";

/** A node of its own (`utm worker`). What it reaches the others by can be cut. */
export class TestNode extends UtmProcess {
  readonly name: string;
  readonly #links: readonly DatabaseProxy[];

  constructor(name: string, directory: string, environment: Record<string, string>, links: readonly DatabaseProxy[]) {
    super({ verb: "worker", directory, environment: { ...environment, UTM_NODE_NAME: name } });
    this.name = name;
    this.#links = links;
  }

  async start(): Promise<void> {
    await this.launch({}, /, worker \S+/);
  }

  /** From now on nothing passes between it and the others, and nobody is told. */
  cutOff(): void {
    for (const link of this.#links) {
      link.swallow();
    }
  }

  async joinAgain(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.restore()));
  }
}

export type Cluster = {
  database: TestDatabase;
  redis: TestRedis;
  /** On the way of all servers and nodes to the database. */
  databaseLink: DatabaseProxy;
  servers: TestServer[];
  nodes: TestNode[];
  /** One more node, started. */
  addNode(name: string, environment?: Record<string, string>): Promise<TestNode>;
};

/** Why there can be no cluster on this machine; null when there can. */
export function missingForCluster(kind: ServerKind): string | null {
  return missingServer(kind) ?? (hasOwnRedis ? null : "no Redis here (Debian's redis-server)");
}

/** Servers without slots, nodes that run tasks, one database, one Redis; all real, and gone when the test ends. */
export async function startCluster(
  kind: ServerKind,
  size: { servers: number; nodes: number },
  environment: Record<string, string> = {},
): Promise<Cluster> {
  const database = await createDatabase(kind);
  onTestFinished(() => database.drop());
  const redis = await startRedis();
  const databaseLink = await databaseProxy(database.url);
  const shared = { DATABASE_URL: databaseLink.url, REDIS_URL: redis.url, ...environment };
  const servers: TestServer[] = [];
  const nodes: TestNode[] = [];

  for (let index = 1; index <= size.servers; index += 1) {
    const server = new TestServer(testDirectory(), { ...shared, UTM_SLOTS: "0", UTM_NODE_NAME: `server-${index}` });
    endWithTest(server);
    servers.push(server);
  }

  async function addNode(name: string, more: Record<string, string> = {}): Promise<TestNode> {
    const links = [await databaseProxy(databaseLink.url), await databaseProxy(redis.url)];
    const [toDatabase = "", toRedis = ""] = links.map(({ url }) => url);
    const own = { ...shared, ...more, DATABASE_URL: toDatabase, REDIS_URL: toRedis.split("?")[0] ?? "" };
    const node = new TestNode(name, testDirectory(), own, links);
    endWithTest(node);
    nodes.push(node);
    await node.start();
    return node;
  }

  await Promise.all(servers.map((server) => server.start()));
  const names = Array.from({ length: size.nodes }, (_, index) => `node-${index + 1}`);
  await Promise.all(names.map((name) => addNode(name)));
  return { database, redis, databaseLink, servers, nodes, addNode };
}

function endWithTest(process: UtmProcess): void {
  onTestFinished(async () => {
    await process.stop("SIGKILL");
    await endProcessesOf(process.directory);
    removeNodeGroup(process.directory);
  });
}

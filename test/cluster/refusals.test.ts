/** @module-tag whole */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { missingForCluster, startCluster } from "../support/cluster.ts";
import { testDirectory } from "../support/directory.ts";
import { startRedis } from "../support/redis.ts";
import { refusedStart } from "../support/refused-start.ts";

/** What cannot be a part of an installation is told so in a sentence, and changes nothing. */
const missing = missingForCluster("postgres");
const nowhere = "127.0.0.1:1";

describe("a start is refused", () => {
  it.each([
    {
      why: "Redis beside SQLite",
      verb: "serve",
      environment: { REDIS_URL: `redis://${nowhere}` },
      sentence:
        "utm: REDIS_URL is for work on many machines, which needs a database they share; SQLite is a file on one machine. Remove REDIS_URL.",
    },
    {
      why: "a worker alone without Redis",
      verb: "worker",
      environment: {} as Record<string, string>,
      sentence:
        'utm: A worker alone takes its work from Redis and keeps its record in the servers\' database: give REDIS_URL and DATABASE_URL. On one machine, "utm serve" needs neither.',
    },
  ])("$why", async ({ verb, environment, sentence }) => {
    const directory = join(testDirectory(), "data");
    const { code, lines } = await refusedStart({ UTM_DATA_DIR: directory, ...environment }, verb as "serve" | "worker");
    expect([code, lines]).toEqual([2, [sentence]]);
    expect(existsSync(directory)).toBe(false);
  });

  it.skipIf(missing !== null)(missing ?? "a second node of one name, and a Redis with another password", async () => {
    const cluster = await startCluster("postgres", { servers: 1, nodes: 1 });
    const environment = {
      UTM_DATA_DIR: testDirectory(),
      DATABASE_URL: cluster.database.url,
      REDIS_URL: cluster.redis.url,
      UTM_NODE_NAME: "node-1",
    };
    const second = await refusedStart(environment, "worker");
    expect(second.code).toBe(1);
    expect(second.lines).toEqual([
      expect.stringMatching(
        /^utm: A node named node-1 is alive already \(on \S+\)\. Give this one another name with UTM_NODE_NAME, or try again in \d+ s if that one is gone\.$/,
      ),
    ]);
    const { REDIS_URL: _, ...withoutRedis } = { ...environment, UTM_NODE_NAME: "node-2", PORT: "0" };
    const alone = await refusedStart(withoutRedis);
    expect(alone.code).toBe(1);
    expect(alone.lines).toEqual([
      expect.stringMatching(/^utm: Node (node|server)-1 on \S+ works on this database already\. .* need REDIS_URL, /),
    ]);
    const guarded = await startRedis({ settings: { requirepass: "right" } });
    const wrong = guarded.url.replace("right", "wrong-one");
    const refused = await refusedStart({ ...environment, UTM_NODE_NAME: "node-2", REDIS_URL: wrong }, "worker");
    expect([refused.code, refused.lines]).toEqual([
      1,
      ["utm: Redis refuses the password in REDIS_URL, or asks for one. Put the right one there."],
    ]);
  });
});

/** @module-tag whole */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, missingServer, type ServerKind } from "../../../test/support/databases/fresh-database.ts";
import { isLong } from "../../../test/support/form.ts";
import { addNode, addRunning, addTask, addToken, addUser, anEnd } from "../conformance/sample.ts";
import { openEngine, openStore } from "../open.ts";
import type { Engine } from "../portable/dialect.ts";
import { StoreRefused } from "../store.ts";
import { copyDatabase } from "./copy.ts";
import { digestOf } from "./rows.ts";
import { tables } from "./tables.ts";

let directory: string;
const engines: Engine[] = [];
const drops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "utm-copy-"));
});
afterEach(async () => {
  for (const engine of engines.splice(0)) {
    await engine.close();
  }
  for (const drop of drops.splice(0)) {
    await drop();
  }
  await rm(directory, { recursive: true });
});

const kinds = ["sqlite", "postgres", "mysql"] as const;
type Kind = (typeof kinds)[number];

async function freshUrl(kind: Kind, name: string): Promise<string> {
  if (kind === "sqlite") {
    return `sqlite:${join(directory, `${name}.db`)}`;
  }
  const database = await createDatabase(kind);
  drops.push(() => database.drop());
  return database.url;
}

async function open(databaseUrl: string): Promise<Engine> {
  const engine = await openEngine({ databaseUrl, isToMigrate: true, onWaiting: () => undefined });
  engines.push(engine);
  return engine;
}

/** An installation with something in every table, values of every kind, and ids that were used and are gone. */
async function fill(databaseUrl: string): Promise<{ lastTask: number }> {
  const store = await openStore({ databaseUrl });
  const ann = await addUser(store, "ann");
  const bob = await addUser(store, "böb");
  await addToken(store, { userId: ann.id, hash: "hash of a login" });
  const named = await addToken(store, {
    userId: ann.id,
    hash: "hash of a token",
    name: "nächtlich",
    expiresAt: 2 ** 42,
  });
  await store.tokens.noteUse({ id: named.id, at: 2 });
  const nodeId = await addNode(store);
  const key = await addRunning(store, ann.id, nodeId);
  const other = await addRunning(store, bob.id, nodeId);
  const bytes = Buffer.from(Uint8Array.from({ length: 300 }, (_, index) => index % 256));
  await store.blocks.append({ ...other, firstByte: 0, length: bytes.length, encoding: "raw", bytes });
  await store.marks.append({ ...other, firstByte: 2, endByte: 2 ** 42, text: "              2   4398046511103\n" });
  await store.attempts.finish(anEnd(key, { reason: "It said: 'é ☂ 🚂' \\ \"x\"\n" }));
  await store.events.add([{ taskId: key.taskId, attempt: 1, at: 5, kind: "signal", text: "SIGTERM sent." }]);
  const idempotency = { key: "once", bodyHash: "hash" };
  await addTask(store, bob.id, {
    tags: ["b", "a", "A"],
    description: "x".repeat(70_000),
    idempotency,
    notBefore: 99_999,
  });
  for (let index = 0; index < 210; index += 1) {
    await addTask(store, ann.id, { command: `echo ${index}`, priority: index % 3 });
  }
  const last = await addTask(store, ann.id);
  await store.tasks.requestKill({ id: last.id, by: "ann", signal: "SIGTERM", graceMs: 1, now: 10 });
  const { tasks } = await store.tasks.removeEnded({ endedBefore: 11, limit: 10 });
  expect(tasks).toBe(1);
  await store.close();
  return { lastTask: last.id };
}

async function digests(engine: Engine) {
  const all: Record<string, unknown> = {};
  for (const table of tables) {
    all[table.name] = await digestOf(engine.reader, table);
  }
  return all;
}

function isMissing(kind: Kind): boolean {
  return kind !== "sqlite" && missingServer(kind as ServerKind) !== null;
}

/** All ways in the long form; else each kind once as source and once as target. */
const everyWay = kinds
  .flatMap((from) => kinds.map((to) => [from, to] as const))
  .filter(([from, to]) => from === "sqlite" || from !== to);
const round: typeof everyWay = [
  ["sqlite", "postgres"],
  ["postgres", "mysql"],
  ["mysql", "sqlite"],
];
const ways = isLong ? everyWay : round;

describe.each(ways.map(([from, to]) => ({ from, to })))("from $from to $to", ({ from, to }) => {
  test.skipIf(isMissing(from) || isMissing(to))(
    "everything is there, and ids go on behind the last ever used",
    async () => {
      const fromUrl = await freshUrl(from, "from");
      const toUrl = await freshUrl(to, "to");
      const { lastTask } = await fill(fromUrl);
      const source = await open(fromUrl);
      const target = await open(toUrl);
      const said: string[] = [];
      const report = await copyDatabase(source, target, (name, rows) => said.push(`${name} ${rows}`));
      expect(said).toContain("tasks 213");
      expect(report.every(({ digest }) => digest.rows > 0)).toBe(true);
      expect(await digests(target)).toEqual(await digests(source));

      const store = await openStore({ databaseUrl: toUrl });
      const ann = await store.users.find({ username: "ann" });
      const next = await addTask(store, ann?.id ?? 0);
      expect(next.id).toBe(lastTask + 1);
      await store.close();
    },
  );
});

describe("a copy", () => {
  test("goes into no database that holds an installation, and leaves that as it is", async () => {
    const source = await open(await freshUrl("sqlite", "from"));
    const toUrl = await freshUrl("sqlite", "to");
    await fill(toUrl);
    const target = await open(toUrl);
    const before = await digests(target);
    await expect(copyDatabase(source, target, () => undefined)).rejects.toThrow("holds an installation already");
    expect(await digests(target)).toEqual(before);
  });

  test("that was not finished serves nobody, and is done again from the start", async () => {
    const fromUrl = await freshUrl("sqlite", "from");
    const toUrl = await freshUrl("sqlite", "to");
    await fill(fromUrl);
    const source = await open(fromUrl);
    const target = await open(toUrl);
    const dies = copyDatabase(source, target, (name) => {
      if (name === "attempts") {
        throw new Error("killed");
      }
    });
    await expect(dies).rejects.toThrow("killed");
    await expect(openStore({ databaseUrl: toUrl })).rejects.toThrow("begun and not finished");
    await copyDatabase(source, target, () => undefined);
    expect(await digests(target)).toEqual(await digests(source));
    await (await openStore({ databaseUrl: toUrl })).close();
  });

  test("of a database that is written to meanwhile is told not to be the same", async () => {
    const fromUrl = await freshUrl("sqlite", "from");
    await fill(fromUrl);
    const source = await open(fromUrl);
    const target = await open(await freshUrl("sqlite", "to"));
    const copying = copyDatabase(source, target, (name) => {
      if (name === "meta") {
        // The copy was changed behind the copier's back.
        void target.writer.updateTable("tasks").set({ name: "other" }).where("id", "=", 1).execute();
      }
    });
    await expect(copying).rejects.toThrow(StoreRefused);
  });

  test("names every table there is", async () => {
    const source = await open(await freshUrl("sqlite", "from"));
    const names = await source.dialect.tables(source.reader);
    expect(tables.map(({ name }) => name as string).sort()).toEqual(names.sort());
  });
});

import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addNode, addRunning, addTask, addToken, addUser, anEnd, claim, hand, newTask } from "../conformance/sample.ts";
import { storeConformance } from "../conformance/store-conformance.ts";
import { type Store, StoreUnavailable } from "../store.ts";
import { openFreshSqlite } from "./fresh-sqlite.ts";

storeConformance("SQLite", openFreshSqlite);

let fresh: Awaited<ReturnType<typeof openFreshSqlite>>;
let store: Store;
beforeEach(async () => {
  fresh = await openFreshSqlite();
  store = fresh.store;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fresh.dispose();
});

describe("the file", () => {
  test("is readable for its user alone", async () => {
    await addUser(store);
    for (const suffix of ["", "-wal", "-shm"]) {
      expect((await stat(fresh.file + suffix)).mode & 0o777, suffix).toBe(0o600);
    }
    expect(store.description).toBe(`SQLite, ${fresh.file}`);
  });

  test("removed while open: checks and writes say so, instead of writing into nothing", async () => {
    const ann = await addUser(store);
    await rm(fresh.file);
    await expect(store.check()).rejects.toThrow(StoreUnavailable);
    await expect(addTask(store, ann.id)).rejects.toThrow("was removed or replaced while the server was running");
    await expect(store.transaction((inner) => addTask(inner, ann.id))).rejects.toThrow(StoreUnavailable);
  });

  test("replaced while open: the same, until the right one is back", async () => {
    const ann = await addUser(store);
    const aside = join(`${fresh.file}.aside`);
    await rename(fresh.file, aside);
    await writeFile(fresh.file, "");
    await expect(store.check()).rejects.toThrow("was removed or replaced");
    await rename(aside, fresh.file);
    await store.check();
    await addTask(store, ann.id);
  });

  test("closed by the last one is whole without its log", async () => {
    const ann = await addUser(store);
    const { id } = await addTask(store, ann.id);
    await store.close();
    await expect(readFile(`${fresh.file}-wal`)).rejects.toThrow("ENOENT");
    await expect(store.tasks.find({ id })).rejects.toThrow(StoreUnavailable);
    const db = new DatabaseSync(fresh.file, { readOnly: true });
    expect(db.prepare("select count(*) as count from tasks").get()?.count).toBe(1);
    db.close();
  });
});

describe("writes", () => {
  test("that arrive together share transactions, and each that fails fails alone", async () => {
    const ann = await addUser(store);
    const exec = vi.spyOn(DatabaseSync.prototype, "exec");
    const creations = Array.from({ length: 150 }, (_, index) => addTask(store, index % 50 === 7 ? 999 : ann.id));
    const answers = await Promise.allSettled(creations);
    expect(answers.filter((answer) => answer.status === "rejected")).toHaveLength(3);
    expect(await store.tasks.count({ ownerId: ann.id })).toBe(147);
    expect(exec.mock.calls.filter(([sql]) => sql === "commit")).toHaveLength(2);
  });

  test("wait for another process's transaction without stopping this one", async () => {
    const ann = await addUser(store);
    const other = new DatabaseSync(fresh.file);
    other.exec("begin immediate");
    let isCreated = false;
    const creation = addTask(store, ann.id).then(() => {
      isCreated = true;
    });
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isCreated).toBe(false);
    expect(await store.tasks.count({ ownerId: null })).toBe(0);
    other.exec("commit");
    other.close();
    await creation;
    expect(await store.tasks.count({ ownerId: null })).toBe(1);
  });

  test("of values SQLite would silently take for nothing are refused", async () => {
    const date = new Date() as unknown as number;
    await expect(addToken(store, { userId: date, hash: "h" })).rejects.toThrow(TypeError);
    const flag = true as unknown as number;
    await expect(store.tasks.promoteDue({ now: flag })).rejects.toThrow("cannot be stored");
  });
});

/** Each of these runs all the time, with any number of tasks in the table. */
describe("hot queries", () => {
  test("reach their rows through an index", async () => {
    await store.close();
    const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
    store = await fresh.reopen();
    const ann = await addUser(store);
    const node = await addNode(store);
    prepare.mockClear();
    await runHotVerbs(store, ann.id, node);
    const statements = new Set(prepare.mock.calls.map(([sql]) => sql));
    prepare.mockRestore();

    const db = new DatabaseSync(fresh.file);
    const scans: string[] = [];
    let explained = 0;
    for (const sql of statements) {
      const plan = db.prepare(`explain query plan ${sql}`).all(...Array.from(sql.matchAll(/\?/g), () => 1));
      explained += 1;
      for (const { detail } of plan) {
        if (/^SCAN (?!CONSTANT)/.test(String(detail))) {
          scans.push(`${detail}: ${sql}`);
        }
      }
    }
    db.close();
    expect(explained).toBeGreaterThan(25);
    expect(scans).toEqual([]);
  });

  test("pick in the order of the index, without sorting", async () => {
    const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
    await store.tasks.listReady({ queue: "default", ownerId: 1, limit: 5 });
    const sql = prepare.mock.calls.find(([text]) => text.includes("order by"))?.[0] ?? "";
    prepare.mockRestore();
    const db = new DatabaseSync(fresh.file);
    const plan = db.prepare(`explain query plan ${sql}`).all("ready", "default", 1, "", 5);
    db.close();
    expect(plan.map((row) => row.detail)).toEqual([
      "SEARCH tasks USING INDEX tasks_pick (stage=? AND queue=? AND owner_id=? AND placement_key=?)",
    ]);
  });
});

describe("figures of one owner", () => {
  test("are counted over that owner's ends alone", async () => {
    const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
    await store.statistics.ended({ ownerId: 1, from: 1, before: 2 });
    const sql = prepare.mock.calls.find(([text]) => text.includes("completed_at"))?.[0] ?? "";
    prepare.mockRestore();
    const db = new DatabaseSync(fresh.file);
    const plan = db.prepare(`explain query plan ${sql}`).all(1, 2, 1);
    db.close();
    expect(plan[0]?.detail).toBe(
      "SEARCH tasks USING INDEX tasks_owner_completed (owner_id=? AND completed_at>? AND completed_at<?)",
    );
  });
});

async function runHotVerbs(store: Store, ownerId: number, nodeId: number): Promise<void> {
  const { tasks, attempts, tokens } = store;
  const idempotency = { key: "k", bodyHash: "h" };
  const task = await addTask(store, ownerId, { tags: ["x"], idempotency });
  await tasks.create(newTask(ownerId, { idempotency }));
  const page = { descending: true, cursor: 5, limit: 10 };
  await tasks.list({ ownerId, ...page });
  await tasks.list({ ownerId, statuses: ["pending"], ...page });
  await tasks.list({ ownerId: null, statuses: ["pending", "running"], ...page });
  await tasks.count({ ownerId });
  await tasks.promoteDue({ now: 1 });
  await tasks.nextDue();
  await tasks.readyOwners({ queue: "default" });
  await tasks.listReady({ queue: "default", ownerId, limit: 10 });
  await hand(store, [task.id]);
  await tasks.takeBack({ handedForMs: 1 });
  await tasks.countHanded();
  await tasks.countAhead({ id: task.id });
  await claim(store, task.id, nodeId);
  const key = { taskId: task.id, attempt: 1, nodeId };
  await attempts.started({ ...key, pid: 1, startedAt: 1, limitsInForce: [], now: 1 });
  await attempts.ending({ ...key, cause: "killed", reason: "x", now: 1 });
  await attempts.listOpen({ nodeId });
  await tasks.countRunning();
  await store.statistics.pending({ ownerId });
  await store.statistics.ended({ ownerId: null, from: 1, before: 2 });
  await store.statistics.ended({ ownerId, from: 1, before: 2 });
  await tasks.requestKill({ id: task.id, by: "ann", signal: "SIGTERM", graceMs: 0, now: 1 });
  await tasks.listKillRequests({ nodeId });
  await attempts.finish(anEnd(key));
  await attempts.list({ taskId: task.id });
  await attempts.finish(anEnd(await addRunning(store, ownerId, nodeId)));
  await tasks.removeEnded({ endedBefore: 9000, limit: 1 });
  const token = await addToken(store, { userId: ownerId, hash: "h" });
  await tokens.find({ hash: "h" });
  await tokens.noteUse({ id: token.id, at: 2 });
  await tokens.list(token);
  await tokens.revoke(token);
  await store.nodes.heartbeat({ id: nodeId, leaseMs: 1 });
  await store.check();
}

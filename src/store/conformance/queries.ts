import { beforeEach, expect, test } from "vitest";
import type { Program, TaskFilter } from "../store.ts";
import { addNode, addTask, addUser, anEnd, claim } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function queriesConformance(current: Current): void {
  let ann = 0;
  let bob = 0;
  beforeEach(async () => {
    ann = (await addUser(current.store, "ann")).id;
    bob = (await addUser(current.store, "bob")).id;
  });

  /** The names a filter finds, by id; the count has to agree. */
  async function names(filter: Partial<TaskFilter>): Promise<string[]> {
    const whole = { ownerId: null, ...filter };
    const rows = await current.store.tasks.list({ ...whole, descending: false, cursor: null, limit: 100 });
    expect(await current.store.tasks.count(whole)).toBe(rows.length);
    return rows.map((row) => row.name);
  }

  test("filters narrow down, alone and together", async () => {
    await addTask(current.store, ann, { name: "a1", tags: ["x", "y"], now: 100 });
    await addTask(current.store, ann, { name: "a2", queue: "slow", now: 200 });
    const third = await addTask(current.store, bob, { name: "b1", tags: ["y"], now: 300 });
    const node = await addNode(current.store);
    await claim(current.store, third.id, node);
    expect(await names({})).toEqual(["a1", "a2", "b1"]);
    expect(await names({ ownerId: ann })).toEqual(["a1", "a2"]);
    expect(await names({ statuses: ["running"] })).toEqual(["b1"]);
    expect(await names({ statuses: ["running", "pending"] })).toEqual(["a1", "a2", "b1"]);
    expect(await names({ statuses: [] })).toEqual([]);
    expect(await names({ queue: "slow" })).toEqual(["a2"]);
    expect(await names({ tag: "y" })).toEqual(["a1", "b1"]);
    expect(await names({ tag: "y", ownerId: bob, statuses: ["running"] })).toEqual(["b1"]);
    expect(await names({ tag: "Y" })).toEqual([]);
    expect(await names({ createdSince: 200 })).toEqual(["a2", "b1"]);
    expect(await names({ createdUntil: 200 })).toEqual(["a1", "a2"]);
    expect(await names({ createdSince: 101, createdUntil: 299 })).toEqual(["a2"]);
    expect(await names({ endedSince: 0 })).toEqual([]);
    await current.store.attempts.finish(anEnd({ taskId: third.id, attempt: 1, nodeId: node }, { endedAt: 5000 }));
    expect(await names({ endedSince: 5000, endedBefore: 5001 })).toEqual(["b1"]);
    expect(await names({ endedBefore: 5000 })).toEqual([]);
  });

  test("a node and outcomes name the tasks that ran there and ended so", async () => {
    const node = await addNode(current.store);
    const ended = await addTask(current.store, ann, { name: "ended" });
    await claim(current.store, ended.id, node);
    await current.store.attempts.finish(anEnd({ taskId: ended.id, attempt: 1, nodeId: node }));
    const running = await addTask(current.store, ann, { name: "running" });
    await claim(current.store, running.id, node);
    await addTask(current.store, ann, { name: "waiting" });
    const nodeName = (await current.store.tasks.find({ id: ended.id }))?.nodeName ?? "";
    expect(await names({ nodeName })).toEqual(["ended", "running"]);
    expect(await names({ nodeName: "no such node" })).toEqual([]);
    expect(await names({ outcomes: ["exited", "lost"] })).toEqual(["ended"]);
    expect(await names({ outcomes: ["lost"] })).toEqual([]);
    expect(await names({ outcomes: [] })).toEqual([]);
  });

  test("ids name tasks, together with what else is asked for", async () => {
    const first = await addTask(current.store, ann, { name: "first" });
    await addTask(current.store, ann, { name: "second" });
    const third = await addTask(current.store, bob, { name: "third" });
    expect(await names({ ids: [third.id, first.id, 999_999] })).toEqual(["first", "third"]);
    expect(await names({ ids: [third.id, first.id], ownerId: ann })).toEqual(["first"]);
    expect(await names({ ids: [] })).toEqual([]);
  });

  test("the times of the latest tasks come newest first, with how they ended", async () => {
    const node = await addNode(current.store);
    const ended = await addTask(current.store, ann, { name: "ended", now: 100 });
    await claim(current.store, ended.id, node);
    await current.store.attempts.finish(anEnd({ taskId: ended.id, attempt: 1, nodeId: node }));
    const waiting = await addTask(current.store, ann, { name: "waiting", now: 200 });
    const times = await current.store.tasks.listTimes({ ownerId: ann, limit: 10 });
    const unstarted = { status: "pending", outcome: null, startedAt: null, completedAt: null };
    const over = { status: "completed", outcome: "exited", startedAt: 2100, completedAt: 5000 };
    expect(times).toEqual([
      { id: waiting.id, name: "waiting", createdAt: 200, ...unstarted },
      { id: ended.id, name: "ended", createdAt: 100, ...over },
    ]);
    expect((await current.store.tasks.listTimes({ ownerId: ann, limit: 1 })).map((row) => row.id)).toEqual([
      waiting.id,
    ]);
    expect(await current.store.tasks.listTimes({ ownerId: bob, limit: 10 })).toEqual([]);
  });

  test("tasks like one are those before it of its owner, with its name and program, that completed", async () => {
    const node = await addNode(current.store);
    async function ended(task: Parameters<typeof addTask>[2], ownerId = ann, end = {}): Promise<number> {
      const { id } = await addTask(current.store, ownerId, task);
      await claim(current.store, id, node);
      await current.store.attempts.finish(anEnd({ taskId: id, attempt: 1, nodeId: node }, end));
      return id;
    }
    const same = { name: "build", command: "make all" };
    const first = await ended(same);
    await ended({ ...same, name: "other name" });
    await ended({ ...same, command: "make clean" });
    await ended(same, bob);
    await ended(same, ann, { status: "failed", exitCode: 2 });
    const retried = { ...(await addTask(current.store, bob, same)).spec, input: true };
    const second = await ended({ ...same, spec: retried });
    await addTask(current.store, ann, same);
    const { id } = await addTask(current.store, ann, same);
    await ended(same);
    const alike = async (within: number, limit: number) =>
      (await current.store.tasks.listAlike({ id, within, limit })).map((row) => row.id);
    expect(await alike(1000, 10)).toEqual([second, first]);
    expect(await alike(1000, 1)).toEqual([second]);
    expect(await alike(id - second, 10)).toEqual([second]);
    expect(await current.store.tasks.listAlike({ id: 999_999, within: 1000, limit: 10 })).toEqual([]);
  });

  test("what runs is listed with its node, of one owner or of all", async () => {
    const node = await addNode(current.store);
    const tasks = [await addTask(current.store, ann), await addTask(current.store, bob)];
    for (const task of tasks) {
      await claim(current.store, task.id, node);
    }
    await addTask(current.store, ann);
    const rows = tasks.map(({ id }) => ({ id, nodeId: node }));
    expect(await current.store.tasks.listRunning({ ownerId: null })).toEqual(rows);
    expect(await current.store.tasks.listRunning({ ownerId: bob })).toEqual(rows.slice(1));
  });

  test("a search looks into name, description and program in any case, and takes every character literally", async () => {
    await addTask(current.store, ann, { name: "Backup ÄRGER", command: "rsync -a" });
    await addTask(current.store, ann, { name: "percent", description: "done 100% of_it!" });
    const argv: Program = { kind: "argv", argv: ["/bin/Sleep", "it's"], isDemonstration: false };
    const task = await addTask(current.store, ann);
    await addTask(current.store, ann, { name: "words", spec: { ...task.spec, program: argv } });
    const body = `${"#".repeat(4000)}needle${"#".repeat(5000)}beyond`;
    const script: Program = { kind: "script", body, interpreter: null };
    await addTask(current.store, ann, { name: "script", spec: { ...task.spec, program: script } });
    expect(await names({ text: "backup" })).toEqual(["Backup ÄRGER"]);
    expect(await names({ text: "ärger" })).toEqual(["Backup ÄRGER"]);
    expect(await names({ text: "RSYNC -A" })).toEqual(["Backup ÄRGER"]);
    expect(await names({ text: "0%" })).toEqual(["percent"]);
    expect(await names({ text: "f_i" })).toEqual(["percent"]);
    expect(await names({ text: "it!" })).toEqual(["percent"]);
    expect(await names({ text: "%" })).toEqual(["percent"]);
    expect(await names({ text: "_" })).toEqual(["percent"]);
    expect(await names({ text: "SLEEP it's" })).toEqual(["words"]);
    expect(await names({ text: "NEEDLE" })).toEqual(["script"]);
    expect(await names({ text: "beyond" })).toEqual([]);
    expect(await names({ text: "' or 1=1 --" })).toEqual([]);
  });

  test("a search for a number finds the task with that id too", async () => {
    const first = await addTask(current.store, ann, { name: "first" });
    await addTask(current.store, ann, { name: `about ${first.id}` });
    await addTask(current.store, ann, { name: "neither" });
    expect(await names({ text: String(first.id) })).toEqual(["first", `about ${first.id}`]);
  });

  test("pages follow each other without gap or repetition, in both directions", async () => {
    for (let index = 0; index < 7; index += 1) {
      await addTask(current.store, index % 2 === 0 ? ann : bob, { name: `t${index}` });
    }
    for (const descending of [false, true]) {
      const seen: string[] = [];
      let cursor: number | null = null;
      for (;;) {
        const page = await current.store.tasks.list({ ownerId: ann, descending, cursor, limit: 3 });
        if (page.length === 0) {
          break;
        }
        expect(page.length).toBeLessThanOrEqual(3);
        seen.push(...page.map((row) => row.name));
        cursor = page.at(-1)?.id ?? null;
      }
      const all = ["t0", "t2", "t4", "t6"];
      expect(seen).toEqual(descending ? all.reverse() : all);
    }
  });

  test("a list has the program cut to what one line needs, and neither environment nor stdin", async () => {
    const task = await addTask(current.store, ann, { command: "x".repeat(100_000) });
    const [row] = await current.store.tasks.list({ ownerId: ann, descending: false, cursor: null, limit: 1 });
    const { spec, ...rest } = task;
    expect(row).toEqual({ ...rest, spec: { program: { kind: "command", command: "x".repeat(1000) } } });
    expect(spec.program).toEqual({ kind: "command", command: "x".repeat(100_000) });
  });
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addUser, newTask } from "../conformance/sample.ts";
import { openSqliteStore } from "./open.ts";

/** What only shows with several processes, or with one that dies. */
const openModule = new URL("./open.ts", import.meta.url).href;
const preamble = `
  import { openSqliteStore } from ${JSON.stringify(openModule)};
  const store = await openSqliteStore({ file: process.argv[1] });
`;

let directory = "";
let file = "";
let children: ChildProcess[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "utm-processes-"));
  file = join(directory, "record.db");
});
afterEach(async () => {
  for (const child of children) {
    child.kill("SIGKILL");
  }
  children = [];
  await rm(directory, { recursive: true });
});

/** Starts a process with the store open as `store`, under `ulimit -f` when a largest file size is given. */
function start(script: string, fileSizeBlocks = "unlimited") {
  const shell = `ulimit -f ${fileSizeBlocks} && exec "$0" "$@"`;
  const node = [process.execPath, "--no-warnings", "--input-type=module", "--eval", preamble + script, file];
  const child = spawn("/bin/sh", ["-c", shell, ...node], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout }), ended: once(child, "exit") };
}

test("of processes that start at once on a new database, all work with it", async () => {
  const script = `
    const name = String(process.pid);
    await store.nodes.register({ key: name, name, host: "h", slots: 1, labels: [], lanes: null, version: "1", leaseMs: 1 });
    await store.close();
  `;
  const ends = await Promise.all([1, 2, 3, 4].map(() => start(script).ended));
  expect(ends.map(([code]) => code)).toEqual([0, 0, 0, 0]);
  const store = await openSqliteStore({ file });
  expect(await store.nodes.list()).toHaveLength(4);
  expect(await store.queues.list()).toHaveLength(1);
  await store.close();
});

test("kill -9 loses no task that was answered", async () => {
  const setup = await openSqliteStore({ file });
  const ann = await addUser(setup);
  await setup.close();
  const { child, lines, ended } = start(`
    const task = ${JSON.stringify(newTask(ann.id))};
    const create = async () => {
      for (;;) {
        console.log((await store.tasks.create(task)).task.id);
      }
    };
    await Promise.all([create(), create(), create(), create()]);
  `);
  const ids: number[] = [];
  for await (const line of lines) {
    ids.push(Number(line));
    if (ids.length === 100) {
      child.kill("SIGKILL");
    }
  }
  await ended;
  const store = await openSqliteStore({ file });
  for (const id of ids) {
    expect(await store.tasks.find({ id }), `task ${id}`).not.toBeNull();
  }
  expect(ids.length).toBeGreaterThanOrEqual(100);
  await store.close();
});

test("a disk that takes no more is said in a sentence, and what was answered is kept", async () => {
  const setup = await openSqliteStore({ file });
  const ann = await addUser(setup);
  await setup.close();
  const { lines, ended } = start(
    `
    const task = ${JSON.stringify(newTask(ann.id, { description: "x".repeat(10_000) }))};
    try {
      for (;;) {
        const answers = await Promise.all([1, 2, 3, 4].map(() => store.tasks.create(task)));
        console.log(answers.map((answer) => answer.task.id).join(" "));
      }
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }
    console.log(await store.tasks.count({ ownerId: null }));
  `,
    "2000",
  );
  const said: string[] = [];
  for await (const line of lines) {
    said.push(line);
  }
  await ended;
  const [count, error, ...answered] = said.reverse();
  expect(error).toMatch(/^StoreUnavailable: The disk under the database .* fails: reading or writing gave an error\.$/);
  const ids = answered.flatMap((line) => line.split(" ")).map(Number);
  expect(ids.length).toBeGreaterThan(20);
  expect(Number(count)).toBe(ids.length);
  const store = await openSqliteStore({ file });
  expect(await store.tasks.count({ ownerId: null })).toBe(ids.length);
  await store.check();
  await store.close();
});

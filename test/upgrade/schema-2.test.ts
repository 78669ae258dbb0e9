import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { testDirectory } from "../support/directory.ts";
import { Member, startServer } from "../support/server.ts";

/**
 * A database as the last version before nodes had labels and states left it: tasks that completed and failed, one that was
 * running when the server stopped (its journal is not kept with it), one that starts in 2099, one between two attempts (its
 * second was due a day later, so the copy is told an hour from now).
 */
const kept = fileURLToPath(new URL("schema-2.sqlite", import.meta.url));

it("opens a database of the second schema: nothing is lost, and what is new works on what is old", async () => {
  const directory = testDirectory();
  const record = join(directory, "utm.sqlite");
  copyFileSync(kept, record);
  write(record, `update tasks set not_before = ${Date.now() + 3_600_000} where id = 5`);
  mkdirSync(join(directory, "node"), { mode: 0o700 });
  writeFileSync(join(directory, "node", "node.key"), `${valueIn(record, "select node_key from nodes")}\n`);
  const server = await startServer({ directory, environment: { UTM_LABELS: "new" } });
  const credentials = { username: "anna", password: "a good password" };
  const { token, user_id } = await server.client(null).call(contract.login, { body: credentials });
  const anna = new Member(server, user_id, "anna", credentials.password, token);

  await anna.waitForEnd(3);
  const tasks = await anna.client.call(contract.listTasks, { query: {} });
  expect(tasks.map(({ id, name, status, outcome, attempt }) => [id, name, status, outcome, attempt])).toEqual([
    [1, "hello", "completed", "exited", 1],
    [2, "twice", "failed", "exited", 2],
    [3, "running", "failed", "lost", 1],
    [4, "later", "pending", null, 0],
    [5, "again", "pending", null, 1],
  ]);
  expect(await anna.get(2)).toMatchObject({ requested_node: null, labels: [], node: "old-node" });
  expect(await anna.client.call(contract.listNodes, {})).toMatchObject([
    { id: 1, state: "alive", draining: false, labels: ["new"], lanes: null },
  ]);
  const figures = await anna.client.call(contract.getStatistics, { query: {} });
  expect(figures).toMatchObject({
    running: 0,
    pending: [{ count: 2, delayed: 2, oldest: null }],
    today: { failed: 1 },
  });
  expect(valueIn(record, "select value from meta where name = 'installation_id'")).toMatch(/^[0-9a-f-]{36}$/);
  const body = { labels: ["new"], retry: null };
  const again = await anna.client.call(contract.rerunTask, { params: { id: 5 }, body });
  expect(await anna.waitForEnd(again.id)).toMatchObject({ id: 6, exit_code: 4, labels: ["new"] });
});

function write(path: string, statement: string): void {
  const database = new DatabaseSync(path);
  database.exec(statement);
  database.close();
}

function valueIn(path: string, query: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare(query).get() ?? {};
  database.close();
  return String(Object.values(row)[0]);
}

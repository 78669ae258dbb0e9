import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { testDirectory } from "../support/directory.ts";
import { Member, startServer } from "../support/server.ts";

/**
 * A database as version 0.1.0 left it: an account, tasks that completed, failed and were killed, one that was running when
 * the server stopped (its journal is not kept with it), and one that starts in 2099.
 */
const kept = fileURLToPath(new URL("schema-1.sqlite", import.meta.url));

it("opens a database of the first schema: nothing is lost, and what is new works on what is old", async () => {
  const directory = testDirectory();
  copyFileSync(kept, join(directory, "utm.sqlite"));
  mkdirSync(join(directory, "node"), { mode: 0o700 });
  writeFileSync(join(directory, "node", "node.key"), `${nodeKeyOf(join(directory, "utm.sqlite"))}\n`);
  const server = await startServer({ directory });
  const credentials = { username: "anna", password: "a good password" };
  const { token, user_id } = await server.client(null).call(contract.login, { body: credentials });
  const anna = new Member(server, user_id, "anna", credentials.password, token);

  await anna.waitForEnd(5);
  const tasks = await anna.client.call(contract.listTasks, { query: {} });
  const facts = tasks.map(({ id, name, status, outcome, exit_code }) => [id, name, status, outcome, exit_code]);
  expect(facts).toEqual([
    [1, "hello", "completed", "exited", 0],
    [2, "three", "failed", "exited", 3],
    [3, "argv", "completed", "exited", 0],
    [4, "killed", "killed", "killed", null],
    [5, "running", "failed", "lost", null],
    [6, "later", "pending", null, null],
  ]);
  expect(tasks.map((task) => [task.takes_input, task.max_attempts, task.suspended])).toEqual(
    tasks.map(() => [false, 1, false]),
  );
  expect(await anna.get(6)).toMatchObject({
    command: "true",
    env: { A: "b" },
    stdin_bytes: 4,
    timeout_seconds: 5,
    tags: ["nightly"],
    retry: null,
    limits: null,
    sandbox: "none",
    pty: null,
  });
  const log = await anna.client.call(contract.listEvents, { params: { id: 2 } });
  expect(log.map((entry) => entry.kind)).toEqual(["submitted", "started", "ended"]);
  const again = await anna.client.call(contract.rerunTask, { params: { id: 2 }, body: {} });
  expect(await anna.waitForEnd(again.id)).toMatchObject({ id: 7, status: "failed", exit_code: 3 });
  expect(await anna.output(again.id)).toBe("to the end\n");
});

function nodeKeyOf(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare("select node_key from nodes").get();
  database.close();
  return String(row?.node_key);
}

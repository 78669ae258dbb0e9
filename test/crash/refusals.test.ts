import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { findShellsOn, readCommandLine } from "../../src/supervise/processes/proc.ts";
import { testDirectory } from "../support/directory.ts";
import { refusedStart } from "../support/refused-start.ts";
import { startServer } from "../support/server.ts";

/** A server that cannot work says why in a sentence and ends; one that can work otherwise, does. */
it("refuses a data directory that another server has, and names that server", async () => {
  const server = await startServer();
  const { code, lines } = await refusedStart({ UTM_DATA_DIR: server.directory });
  expect(code).toBe(1);
  expect(lines).toEqual([
    `utm: The data directory ${server.directory} is in use by the server with process number ${server.pid}. Stop that one, or give this one another directory.`,
  ]);
  const admin = await server.join("admin");
  const task = await admin.submit({ command: "exit 4" });
  expect((await admin.waitForEnd(task.id)).exit_code).toBe(4);
});

it("takes the data directory of a server that was killed with kill -9", { tags: ["whole"] }, async () => {
  const server = await startServer();
  await server.stop("SIGKILL");
  await startServer({ directory: server.directory });
});

it("refuses a port that is in use, in one line", { tags: ["whole"] }, async () => {
  const server = await startServer();
  const { port } = new URL(server.url);
  const { code, lines } = await refusedStart({ UTM_DATA_DIR: testDirectory(), PORT: port });
  expect(code).toBe(1);
  expect(lines).toEqual([`utm: Port ${port} on 127.0.0.1 is in use. Give another one with PORT or --port.`]);
});

it("names every mistake of the configuration at once", async () => {
  const { code, lines } = await refusedStart({
    UTM_DATA_DIR: testDirectory(),
    PORT: "http",
    UTM_SLOTS: "-1",
    UTM_REGISTRATION: "sometimes",
    UTM_OUTPUT_CAP_BYTES: "12",
  });
  expect(code).toBe(2);
  expect(lines.map((line) => /^utm: (\S+) must be .* \(it is "(.*)"\)\.$/.exec(line)?.slice(1))).toEqual([
    ["PORT", "http"],
    ["UTM_SLOTS", "-1"],
    ["UTM_REGISTRATION", "sometimes"],
    ["UTM_OUTPUT_CAP_BYTES", "12"],
  ]);
});

it("refuses a database that a newer version wrote, and leaves it as it is", { tags: ["whole"] }, async () => {
  const server = await startServer();
  await server.stop();
  const path = join(server.directory, "utm.sqlite");
  const database = new DatabaseSync(path);
  database.exec("update meta set value = '99' where name = 'schema_version'");
  database.close();
  const { code, lines } = await refusedStart({ UTM_DATA_DIR: server.directory });
  expect(code).toBe(1);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^utm: This database was written by a newer version \(its schema is 99, .*\)\. Install the/);
});

it("refuses a data directory that is a file", async () => {
  const path = join(testDirectory(), "file");
  writeFileSync(path, "");
  const { code, lines } = await refusedStart({ UTM_DATA_DIR: path });
  expect(code).toBe(1);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`The data directory ${path} cannot be used`);
});

const hideBash = ["/usr/bin/bash", "/bin/bash", "/usr/local/bin/bash"]
  .filter((path) => existsSync(path))
  .map((path) => `mount --bind /dev/null ${path} && `)
  .join("");
const withoutBash = ["unshare", "-m", "/bin/sh", "-c", `${hideBash}exec "$0" "$@"`];
const canHideBash = process.getuid?.() === 0 && spawnSync("unshare", [...withoutBash.slice(1), "true"]).status === 0;
if (!canHideBash) {
  process.stderr.write("SKIPPED: a machine without bash; hiding it needs root and mount namespaces\n");
}

it.skipIf(!canHideBash)("works without bash, on the other shell", async () => {
  const server = await startServer({ through: withoutBash });
  const admin = await server.join("admin");
  const [launcher] = findShellsOn(join(server.directory, "node", "ctl.1"));
  expect(readCommandLine(launcher ?? 0)?.split("\0")[0]).toMatch(/\/sh$/);
  const commands = ["echo out; exit 3", "kill -KILL $$", "exit 137", "kill -INT $$", "command -v bash || exit 20"];
  const tasks = await Promise.all(commands.map((command) => admin.submit({ command })));
  const ended = await Promise.all(tasks.map((task) => admin.waitForEnd(task.id)));
  expect(ended.map((task) => task.exit_code ?? task.signal)).toEqual([3, "SIGKILL", 137, "SIGINT", 20]);
});

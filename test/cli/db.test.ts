/** @module-tag whole */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../support/cli.ts";
import { createDatabase, missingServer, type ServerKind } from "../support/databases/fresh-database.ts";
import { testDirectory } from "../support/directory.ts";
import { startServer } from "../support/server.ts";
import { Member, TestServer } from "../support/server-process.ts";

const servers: readonly ServerKind[] = ["postgres", "mysql"];

async function freshUrl(kind: ServerKind): Promise<string> {
  const database = await createDatabase(kind);
  onTestFinished(() => database.drop());
  return database.url;
}

describe.each(servers)("from SQLite to %s", (kind) => {
  it.skipIf(missingServer(kind) !== null)("moves an installation with a task that runs on meanwhile", async () => {
    const scratch = testDirectory();
    const server = await startServer();
    const admin = await server.join("admin");
    const before = await admin.submit({ command: "echo words; exit 3" });
    await admin.waitForEnd(before.id);
    const running = await admin.submit({ command: `while [ ! -e ${scratch}/go ]; do sleep 0.05; done; exit 143` });
    await admin.waitForStatus(running.id, "running");
    const url = await freshUrl(kind);
    const words = ["db", "copy", "--data-dir", server.directory, "--to", url];
    const tooEarly = await runCli(words, { home: scratch });
    expect(tooEarly.exitCode).toBe(125);
    expect(tooEarly.stderr).toMatch(/data directory .* is in use/);

    await server.stop();
    const copied = await runCli(words, { home: scratch });
    expect([copied.stderr, copied.exitCode]).toEqual(["", 0]);
    expect(copied.stdout).toContain("copied    tasks 2\n");
    expect(copied.stdout).toMatch(/each compared by count and checksum: the same\.\n/);
    const password = new URL(url).password;
    expect(password === "" || !copied.stdout.includes(password)).toBe(true);
    const status = await runCli(["db", "status", "--database-url", url, "--json"], { home: scratch });
    expect(JSON.parse(status.stdout)).toMatchObject({ whole: true, rows: { tasks: 2, users: 1, attempts: 2 } });

    writeFileSync(join(scratch, "go"), "");
    const moved = new TestServer(server.directory, { DATABASE_URL: url });
    onTestFinished(() => moved.stop("SIGKILL").then(() => undefined));
    await moved.start();
    const same = new Member(moved, admin.id, admin.username, admin.password, admin.token);
    expect(await same.waitForEnd(running.id)).toMatchObject({ outcome: "exited", exit_code: 143 });
    expect(await same.get(before.id)).toMatchObject({ exit_code: 3 });
    expect(await same.output(before.id)).toBe("words\n");
    expect((await same.submit({ command: ":" })).id).toBe(running.id + 1);

    const again = await runCli(words, { home: scratch });
    expect(again.exitCode).toBe(125);
    await moved.stop("SIGKILL");
    const full = await runCli(words, { home: scratch });
    expect([full.exitCode, full.stderr]).toEqual([125, expect.stringContaining("holds an installation already")]);
    const reverse = ["db", "copy", "--data-dir", join(scratch, "none"), "--database-url", url];
    const alive = await runCli([...reverse, "--to", `sqlite:${scratch}/back.db`], { home: scratch });
    expect([alive.exitCode, alive.stderr]).toEqual([125, expect.stringMatching(/^utm: Node \S+ works on /)]);
    const forced = await runCli([...reverse, "--to", `sqlite:${scratch}/back.db`, "--force"], { home: scratch });
    expect([forced.stderr, forced.exitCode]).toEqual(["", 0]);
  });
});

describe("utm db", () => {
  it("says what there is, and what is missing", async () => {
    const home = testDirectory();
    const none = await runCli(["db", "status", "--data-dir", home], { home });
    expect([none.exitCode, none.stderr]).toEqual([
      125,
      `utm: There is no database yet: ${home}/utm.sqlite does not exist.\n`,
    ]);
    const made = await runCli(["db", "migrate", "--data-dir", home], { home });
    expect(made.stdout).toMatch(/^Brought from schema 0 to \d+\.\n$/);
    const again = await runCli(["db", "migrate", "--data-dir", home], { home });
    expect(again.stdout).toMatch(/^The schema is \d+ already\.\n$/);
    const status = await runCli(["db", "status", "--data-dir", home], { home });
    expect(status.stdout).toMatch(/^database {2}SQLite, .*\nschema {4}\d+, this program's\n\nTABLE +ROWS\n/);
    expect(status.stdout).toMatch(/^users +0$/m);
  });

  it("asks where to, and takes no nonsense", async () => {
    const home = testDirectory();
    const nowhere = await runCli(["db", "copy", "--data-dir", home], { home });
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([2, "utm: Say where to: --to URL, or UTM_COPY_TO.\n"]);
    const odd = await runCli(["db", "copy", "--data-dir", home, "--to", "oracle://x:secret@y/z"], { home });
    expect(odd.exitCode).toBe(125);
    expect(odd.stderr).not.toContain("secret");
  });
});

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { silentAddress } from "../support/bad-network.ts";
import { runCli, startCli } from "../support/cli.ts";
import { testDirectory } from "../support/directory.ts";
import { startServer } from "../support/server.ts";

const verbs =
  "run ls show logs search wait kill suspend resume signal send rerun edit attempts events ps usage register login logout whoami users".split(
    " ",
  );

it("explains itself", async () => {
  const home = testDirectory();
  const overview = await runCli(["--help"], { home });
  expect(overview).toMatchObject({ exitCode: 0, stderr: "" });
  for (const verb of [...verbs, "serve", "config", "version"]) {
    expect(overview.stdout).toMatch(new RegExp(`^ +${verb} `, "m"));
  }
  const run = await runCli(["run", "--help"], { home });
  expect(run.stdout).toContain("without a shell");
  expect((await runCli(["help", "run"], { home })).stdout).toBe(run.stdout);
  const nothing = await runCli([], { home });
  expect(nothing).toMatchObject({ exitCode: 2, stdout: "" });
  const unknown = await runCli(["rnu"], { home });
  expect(unknown).toMatchObject({ exitCode: 2, stdout: "" });
  expect(unknown.stderr).toContain("unknown command 'rnu'");
});

it("prints what is configured, and whence", async () => {
  const home = testDirectory();
  await writeFile(join(home, "c.json"), JSON.stringify({ UTM_SLOTS: 3, PORT: 9 }));
  const environment = { PORT: "9001", UTM_TOKEN: "secret", UTM_DATA_DIR: home };
  const args = ["config", "--json", "--config", "c.json", "--host", "::1"];
  const { stdout } = await runCli(args, { home, environment });
  const rows = JSON.parse(stdout) as { setting: string; value: unknown; source: string }[];
  const row = (name: string) => rows.find(({ setting }) => setting === name);
  expect(row("HOST")).toMatchObject({ value: "::1", source: "flag" });
  expect(row("PORT")).toMatchObject({ value: 9001, source: "environment" });
  expect(row("UTM_SLOTS")).toMatchObject({ value: 3, source: `file ${join(home, "c.json")}` });
  expect(row("UTM_REGISTRATION")).toMatchObject({ value: "open", source: "default" });
  expect(row("UTM_TOKEN")).toMatchObject({ value: "***", source: "environment" });

  const wrong = await runCli(["config", "--port", "x", "--slots", "many"], { home, environment });
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toMatch(/^utm: --port must be .*\nutm: --slots must be .*\n$/);
});

it("serves with settings from flags and stops at a signal", async () => {
  const home = testDirectory();
  const running = startCli(["serve", "--port", "0", "--data-dir", home, "--log-level", "warn"], { home });
  await running.says("UNIX Task Manager");
  running.process.kill("SIGTERM");
  expect(await running.end()).toMatchObject({ exitCode: 0 });
});

it("knows its version, with and without a server", async () => {
  const server = await startServer();
  const home = testDirectory();
  const there = await runCli(["version", "--json", "--server", server.url], { home });
  const { version, server_version } = JSON.parse(there.stdout) as Record<string, string>;
  expect(version).toBe(server_version);
  expect((await runCli(["--version"], { home })).stdout).toBe(`${version}\n`);
  const nowhere = await runCli(["version", "--server", await silentAddress()], { home });
  expect(nowhere).toMatchObject({ exitCode: 0 });
  expect(nowhere.stdout).toContain("not reachable");
});

const oldNode = findOldNode();

it.skipIf(oldNode === null)("starts the installed runtime from an older Node, and passes signals on", async () => {
  const server = await startServer();
  const anna = await server.join("anna");
  const environment = { UTM_SERVER: server.url, UTM_TOKEN: anna.token };
  const options = { home: testDirectory(), environment, node: oldNode ?? "" };
  expect(await runCli(["run", "--", "exit 3"], options)).toMatchObject({ exitCode: 3 });
  const running = startCli(["run", "--", "trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done"], options);
  await running.says("up");
  running.process.kill("SIGTERM");
  expect(await running.end()).toMatchObject({ exitCode: 7, signal: null });
});

it.skipIf(oldNode === null)("says which Node it needs when there is none", async () => {
  const home = testDirectory();
  await mkdir(join(home, "bin"));
  await cp(new URL("../../bin/utm.js", import.meta.url), join(home, "bin/utm.js"));
  await writeFile(join(home, "package.json"), '{"type":"module"}');
  const result = spawnSync(oldNode ?? "", [join(home, "bin/utm.js"), "ls"], { encoding: "utf8" });
  expect(result).toMatchObject({ status: 125, stdout: "" });
  expect(result.stderr).toMatch(/^utm: utm needs Node 24\.15 or newer/);
});

/** A Node on the PATH that is older than the project's own. */
function findOldNode(): string | null {
  for (const directory of (process.env.PATH ?? "").split(":")) {
    const node = join(directory, "node");
    if (!existsSync(node)) {
      continue;
    }
    const { stdout } = spawnSync(node, ["-p", "process.versions.node"], { encoding: "utf8" });
    const major = Number.parseInt(stdout ?? "", 10);
    if (major >= 18 && major < 24) {
      return node;
    }
  }
  return null;
}

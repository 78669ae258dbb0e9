import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { testDirectory } from "../support/directory.ts";
import { byForm, report } from "../support/form.ts";
import { endProcessesOf } from "../support/processes.ts";
import { readRecord } from "../support/record.ts";
import { refusedStart } from "../support/refused-start.ts";
import { startServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** One server per data directory, whoever comes when: two would run the same tasks. */
const entry = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const rounds = byForm({ everyday: 1, whole: 3, long: 25 });
const racers = 4;
/** Several starts at once, on a machine that does other things as well. */
const startMs = 120_000;

it("lets exactly one of several win that start at once, and the others name it or nobody", {
  timeout: 600_000,
}, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const directory = testDirectory();
    onTestFinished(() => endProcessesOf(directory));
    // What a server that was killed leaves behind: the number of a process that is no server any more.
    writeFileSync(join(directory, "server.pid"), `${await endedPid()}\n`);
    const started = Array.from({ length: racers }, () => race(directory));
    await waitFor("all but one to be refused", () => refusedOf(started).length >= racers - 1, startMs);
    const winner = await waitFor("one to serve", () => started.find((one) => /on http:/.test(one.said())), startMs);
    const losers = started.filter((one) => one !== winner);
    const who = `(another server|the server with process number ${winner.pid})`;
    for (const loser of losers) {
      expect(loser.code()).toBe(1);
      expect(loser.said()).toMatch(
        new RegExp(`^utm: The data directory ${directory} is in use by ${who}\\. Stop that one, or .*\\.\\n$`),
      );
    }
    expect(winner.code()).toBeNull();
    expect(readFileSync(join(directory, "server.pid"), "utf8")).toBe(`${winner.pid}\n`);
    // The node's identity is that of the winner, or its tasks would be nobody's after the next start.
    const [node, ...others] = (await readRecord({ directory })).nodes ?? [];
    expect(others).toEqual([]);
    expect(node?.node_key).toBe(readFileSync(join(directory, "node", "node.key"), "utf8").trim());
    winner.kill();
  }
  report("servers at once", { rounds, racers });
});

it("starts at once after the first was killed with kill -9, and keeps what it had", { tags: ["whole"] }, async () => {
  const server = await startServer();
  const admin = await server.join("admin");
  const go = join(testDirectory(), "go");
  const task = await admin.submit({ command: `while [ ! -e ${go} ]; do sleep 0.05; done; exit 4` });
  await admin.waitForStatus(task.id, "running");
  const key = readFileSync(join(server.directory, "node", "node.key"), "utf8");
  for (let life = 0; life < 3; life += 1) {
    const holder = server.pid;
    const { code, lines } = await refusedStart({ UTM_DATA_DIR: server.directory });
    expect(code).toBe(1);
    expect(lines[0]).toContain(`is in use by the server with process number ${holder}.`);
    await server.stop("SIGKILL");
    await server.start();
  }
  writeFileSync(go, "");
  expect((await admin.waitForEnd(task.id)).exit_code).toBe(4);
  expect(readFileSync(join(server.directory, "node", "node.key"), "utf8")).toBe(key);
});

it("gives the node a key when a server was killed before it wrote one", { tags: ["whole"] }, async () => {
  const server = await startServer();
  await server.stop("SIGKILL");
  const path = join(server.directory, "node", "node.key");
  writeFileSync(path, "");
  await server.start();
  expect(readFileSync(path, "utf8").trim()).toMatch(/^[0-9a-f-]{36}$/);
});

type Racer = ReturnType<typeof race>;

function refusedOf(racers: readonly Racer[]): Racer[] {
  return racers.filter((one) => one.code() !== null);
}

function race(directory: string) {
  const child = spawn(process.execPath, [entry, "serve"], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: "0", UTM_LOG_LEVEL: "warn", UTM_DATA_DIR: directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  return { pid: child.pid, code: () => child.exitCode, said: () => said, kill: () => child.kill("SIGKILL") };
}

async function endedPid(): Promise<number> {
  const child = spawn("true", { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

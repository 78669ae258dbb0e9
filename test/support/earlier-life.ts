import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { CgroupBase } from "../../src/supervise/cgroup/base.ts";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import { usualPath } from "./shells.ts";
import type { Bench } from "./supervision.ts";
import type { SupervisorProcessInput, SupervisorProcessOrder } from "./supervisor-process.ts";

const program = fileURLToPath(new URL("supervisor-process.ts", import.meta.url));

/** An earlier life of the server: a process with a supervisor that starts these attempts. */
export type EarlierLife = {
  pid: number;
  /** Resolves when the lines of all attempts were given to the launcher. */
  ordered: Promise<unknown>;
  /** Has it act on one of its attempts; resolves when that is done, or begun if it is an ending. */
  act(order: SupervisorProcessOrder): Promise<unknown>;
  /** Kills it with kill -9 and waits until it is gone. */
  kill(): Promise<void>;
};

/** `through` is a command that becomes this process. */
export function startEarlierLife(
  bench: Bench,
  orders: AttemptOrder[],
  through: readonly string[] = [],
  cgroup: CgroupBase | null = null,
): EarlierLife {
  const { shell, searchPath } = bench.launcher;
  const options = { directory: bench.nodeDirectory, shell, searchPath: `${searchPath}:${usualPath}`, cgroup };
  const input: SupervisorProcessInput = { options, orders };
  const inputPath = bench.path("earlier-life.json");
  writeFileSync(inputPath, JSON.stringify(input));
  const [command = "", ...words] = [...through, process.execPath, program, inputPath];
  const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return {
    pid: child.pid ?? 0,
    ordered: once(child.stdout, "data"),
    act(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return once(child.stdout, "data");
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs a life that starts these attempts, waits for the condition, and kills it. */
export async function liveAndDie(
  bench: Bench,
  orders: AttemptOrder[],
  until: (life: EarlierLife) => Promise<unknown>,
  cgroup: CgroupBase | null = null,
): Promise<void> {
  const life = startEarlierLife(bench, orders, [], cgroup);
  await life.ordered;
  await until(life);
  await life.kill();
}

/** The words of the records of one kind in a generation's journal, without the kind. */
export function recordsOf(bench: Bench, kind: string, generation = 1): string[][] {
  const path = join(bench.nodeDirectory, `journal.${generation}`);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const lines = text.split("\n").filter((line) => line.startsWith(`${kind} `) && line.endsWith(" ."));
  return lines.map((line) => line.split(" ").slice(1, -1));
}

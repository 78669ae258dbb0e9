import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AttemptRef, OutputStore } from "../output.ts";
import { createFileOutput } from "./store.ts";

/** What a test of output files works with: a store in its own directory, and processes that write to it. */
export type OutputFixture = { directory: string; output: OutputStore; attempt: AttemptRef; path: string };

/** A store in a new directory, removed after the test. */
export function openOutput(parent: string = tmpdir()): OutputFixture {
  const directory = mkdtempSync(join(parent, "utm-output-"));
  const output = createFileOutput({ directory });
  onTestFinished(async () => {
    output.close();
    await rm(directory, { recursive: true, force: true });
  });
  const attempt = { taskId: 4321, attempt: 1 };
  return { directory, output, attempt, path: join(directory, "4", "4321.1") };
}

/** Runs a shell command that appends to the attempt's file as a task would; killed after the test if it still runs. */
export function startWriter(
  fixture: OutputFixture,
  command: string,
): { child: ChildProcess; exited: Promise<number | null> } {
  const path = fixture.output.prepare(fixture.attempt);
  const child = spawn("sh", ["-c", `exec >>"$0"; ${command}`, path], {
    stdio: ["pipe", "ignore", "inherit"],
    detached: true,
  });
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      process.kill(-child.pid, "SIGKILL");
    }
    await exited;
  });
  return { child, exited };
}

/** Resolves as soon as the condition holds; fails after ten seconds, naming what was waited for. */
export async function waitFor(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`Waited ten seconds for ${what}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** All pieces joined; fails when offsets are not those of bytes in a row. */
export async function collect(pieces: AsyncIterable<{ offset: number; data: Buffer }>, first = 0): Promise<Buffer> {
  const parts: Buffer[] = [];
  let next = first;
  for await (const piece of pieces) {
    if (piece.offset !== next) {
      throw new Error(`A piece starts at ${piece.offset} where ${next} was due.`);
    }
    next += piece.data.length;
    parts.push(piece.data);
  }
  return Buffer.concat(parts);
}

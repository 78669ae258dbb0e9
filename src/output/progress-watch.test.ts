import { appendFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openOutput, startWriter, waitFor } from "./file/output-fixture.ts";
import { type ProgressChange, ProgressWatch } from "./progress-watch.ts";

function startWatch(more: { intervalMs?: number } = {}) {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  output.prepare(attempt);
  const errors: unknown[] = [];
  const reads: { first: number; end: number }[] = [];
  const watch = new ProgressWatch({
    output: {
      size: output.size,
      read: (of, range) => {
        reads.push(range);
        return output.read(of, range);
      },
    },
    intervalMs: 0,
    onError: (error) => errors.push(error),
    ...more,
  });
  const look = async () => (await watch.look([attempt])).map(({ progress }) => progress);
  return { ...fixture, watch, look, reads, errors };
}

it("tells what a running program says, each change once, and the last of it at its end", async () => {
  const fixture = startWatch();
  const { watch, attempt } = fixture;
  const writer = startWriter(
    fixture,
    `printf '\\r 10%%\\r 20%%'; read -r _; printf '\\r 90%%'; read -r _; printf '\\r 100%%\\n'`,
  );
  const changes: ProgressChange[] = [];
  const told = async (progress: number) => {
    changes.push(...(await watch.look([attempt])));
    return changes.at(-1)?.progress === progress;
  };
  await waitFor("the first", () => told(0.2));
  writer.child.stdin?.write("\n");
  await waitFor("the second", () => told(0.9));
  writer.child.stdin?.write("\n");
  await writer.exited;
  expect(await watch.finish(attempt)).toEqual({ attempt, progress: 1 });
  expect(changes.map(({ progress }) => progress).filter((progress) => progress !== 0.1)).toEqual([0.2, 0.9]);
});

it("reads a file only when it has grown, and of what is new only the end", async () => {
  const { look, reads, path } = startWatch();
  expect(await look()).toEqual([]);
  expect(reads).toEqual([]);
  appendFileSync(path, `${"x".repeat(10_000_000)}\n\r 42%\r 43%\r`);
  expect(await look()).toEqual([0.42]);
  expect(reads).toEqual([{ first: 10_000_012 - 4096, end: 10_000_012 }]);
  expect(await look()).toEqual([0.43]);
  expect(await look()).toEqual([]);
  expect(reads.length).toBe(1);
  appendFileSync(path, " 44%\r.");
  expect(await look()).toEqual([0.44]);
  expect(reads[1]).toEqual({ first: 10_000_012, end: 10_000_018 });
});

it("looks at each attempt once per interval", async () => {
  const { look, reads, path } = startWatch({ intervalMs: 3_600_000 });
  appendFileSync(path, "\r 42%\r\n");
  expect(await look()).toEqual([0.42]);
  appendFileSync(path, "\r 43%\r\n");
  expect(await look()).toEqual([]);
  expect(reads.length).toBe(1);
});

it("does not join what stands before and behind a part that was not read", async () => {
  const { look, path } = startWatch();
  writeFileSync(path, "\r 4");
  expect(await look()).toEqual([]);
  appendFileSync(path, `${"x".repeat(2_000_000)}2%\r${".".repeat(4093)}`);
  expect(await look()).toEqual([]);
  appendFileSync(path, "\r 43%\r.");
  expect(await look()).toEqual([0.43]);
});

it("looks at the others when the output of one cannot be read", async () => {
  const { watch, output, attempt, errors, path } = startWatch();
  const other = { taskId: attempt.taskId, attempt: 2 };
  const failing = new ProgressWatch({
    output: { size: output.size, read: (of, range) => (of === other ? broken() : output.read(of, range)) },
    onError: (error) => errors.push(error),
  });
  appendFileSync(path, "\r 42%\n");
  writeFileSync(output.prepare(other), "\r 42%\n");
  expect(await failing.look([other, attempt])).toEqual([{ attempt, progress: 0.42 }]);
  expect(errors).toEqual([new Error("no descriptor left")]);
  expect(await watch.look([])).toEqual([]);
});

// biome-ignore lint/correctness/useYield: it fails before it has anything to give.
async function* broken(): AsyncGenerator<never> {
  throw new Error("no descriptor left");
}

import { beforeAll, describe, expect, it } from "vitest";
import { contract, type OutputChunk } from "../../src/contract/index.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** What a task wrote before it was ended stays, to the last byte, and a follower has all of it. */
const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

/** Writes without pause, from inside the shell: no writer of its own could be ended at another moment. */
const flood = "n=0; while :; do n=$((n + 1)); echo line $n; done";

/** The whole lines and the beginning of one that the flood wrote so far. */
function floodOf(bytes: number): string {
  let text = "";
  for (let n = 1; text.length < bytes; n += 1) {
    text += `line ${n}\n`;
  }
  return text.slice(0, bytes);
}

async function followed(id: number): Promise<string> {
  let text = "";
  for await (const { event, data } of ada.client.events(contract.streamOutput, { params: { id }, query: {} })) {
    text += event === "output" ? Buffer.from((JSON.parse(data) as OutputChunk).data, "base64").toString() : "";
  }
  return text;
}

const kill = (id: number, signal: "TERM" | "KILL", grace_seconds: number) =>
  ada.client.call(contract.killTask, { params: { id }, body: { signal, grace_seconds } });

async function expectAllOf(id: number, following: Promise<string>, expected: (bytes: number) => string) {
  const task = await ada.waitForEnd(id);
  const output = await ada.output(id);
  expect(output.length).toBe(task.output_bytes);
  expect(output.slice(-80)).toBe(expected(output.length).slice(-80));
  expect(output === expected(output.length)).toBe(true);
  expect((await following) === output).toBe(true);
  return { task, output };
}

describe("of a task that is killed", () => {
  it("in the middle of a flood", async () => {
    const { id } = await ada.submit({ command: flood });
    const following = followed(id);
    await expect.poll(async () => (await ada.get(id)).output_bytes, { timeout: 20_000 }).toBeGreaterThan(100_000);
    await kill(id, "KILL", 0);
    const { task } = await expectAllOf(id, following, floodOf);
    expect(task).toMatchObject({ status: "killed", signal: "SIGKILL" });
  });

  it("what it says when it is told to end, and what its child says still later", async () => {
    const child = `sh -c "trap 'sleep 0.2; echo child: bye' TERM; echo up; sleep 600 & wait"`;
    // The shell itself would say which of its processes was ended.
    const command = `exec 2>/dev/null; trap 'echo last words; wait; printf end; exit 3' TERM; seq 1 20000; ${child} & wait`;
    const { id } = await ada.submit({ command });
    const following = followed(id);
    await expect.poll(async () => (await ada.output(id)).endsWith("up\n"), { timeout: 20_000 }).toBe(true);
    await kill(id, "TERM", 10);
    const numbers = Array.from({ length: 20_000 }, (_, at) => `${at + 1}\n`).join("");
    await expectAllOf(id, following, () => `${numbers}up\nlast words\nchild: bye\nend`);
  });
});

it("of a task that runs out of time in the middle of a flood", async () => {
  const { id } = await ada.submit({ command: flood, timeout_seconds: 0.5, kill_grace_seconds: 0 });
  const { task, output } = await expectAllOf(id, followed(id), floodOf);
  expect(task).toMatchObject({ status: "failed", outcome: "timed_out" });
  expect(output.length).toBeGreaterThan(0);
});

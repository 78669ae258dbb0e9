/** @module-tag whole */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { missingForCluster, startCluster, type TestNode } from "../support/cluster.ts";
import { testDirectory } from "../support/directory.ts";
import { Gate } from "../support/gate.ts";
import type { Member, TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** A task's standard error is told apart by servers that do not run it, and cannot read the files of the node that does. */
const missing = missingForCluster("postgres");

it.skipIf(missing !== null)(
  missing ?? "marks of standard error are read from another machine, as it runs, at its end and without the node",
  async () => {
    const { servers, nodes } = await startCluster("postgres", { servers: 2, nodes: 2 });
    const [one, two] = servers as [TestServer, TestServer];
    const [, node] = nodes as [TestNode, TestNode];
    const admin = await one.join("admin");
    const gates = ["restart", "end"].map((name) => new Gate(join(testDirectory(), name)));
    const [restart, end] = gates as [Gate, Gate];
    const command = `${say(1)}; ${restart.wait}; ${say(2)}; ${end.wait}; ${say(3)}`;
    const { id } = await admin.submit({ command, mark_stderr: true, node: node.name });
    await waitFor("the first words", () => areThere(admin, id, 1));
    expect(await marksOf(admin, id)).toMatchObject({ marked: true, whole: false, truncated: false });

    await node.stop("SIGKILL");
    restart.open();
    await node.start();
    await waitFor("the words while its node was away", () => areThere(admin, id, 2));

    end.open();
    expect(await admin.waitForEnd(id)).toMatchObject({ outcome: "exited", exit_code: 0, node: node.name });
    await expectAll(admin, id);
    rmSync(join(node.directory, "output", "0", `${id}.1`));
    rmSync(join(node.directory, "output", "0", `${id}.1.stderr`));
    await node.stop("SIGKILL");
    await expectAll(admin, id);
    await expectAll(admin.at(two), id);
  },
);

/** Words to both streams, for a shell. */
function say(number: number): string {
  return `echo out ${number}; echo err ${number} >&2`;
}

const wordsOf = (stream: "out" | "err", count: number) =>
  Array.from({ length: count }, (_, index) => `${stream} ${index + 1}\n`).join("");

async function streamOf(member: Member, id: number, stream: "stdout" | "stderr"): Promise<string> {
  const response = await member.client.fetch(contract.getOutput, { params: { id }, query: { stream } });
  return response.text();
}

function marksOf(member: Member, id: number) {
  return member.client.call(contract.getStderrMarks, { params: { id }, query: {} });
}

async function areThere(member: Member, id: number, count: number): Promise<boolean> {
  const [out, err] = await Promise.all([streamOf(member, id, "stdout"), streamOf(member, id, "stderr")]);
  return out === wordsOf("out", count) && err === wordsOf("err", count);
}

/** What is over is whole at once: nothing is waited for. */
async function expectAll(member: Member, id: number): Promise<void> {
  expect(await streamOf(member, id, "stderr")).toBe(wordsOf("err", 3));
  expect(await streamOf(member, id, "stdout")).toBe(wordsOf("out", 3));
  const { marks, ...rest } = await marksOf(member, id);
  expect(rest).toEqual({ marked: true, truncated: false, whole: true, unmarked_from: null });
  const output = await member.output(id);
  expect(marks.map(({ first, last }) => output.slice(first, last + 1)).join("")).toBe(wordsOf("err", 3));
}

/** @module-tag whole */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { missingForCluster, startCluster } from "../support/cluster.ts";
import { testDirectory } from "../support/directory.ts";
import { report } from "../support/form.ts";
import type { TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** What is asked of one server is done by the node that runs the task, and seen by who asks another. */
const missing = missingForCluster("postgres");

it.skipIf(missing !== null)(
  missing ?? "kills, suspends, signals and feeds tasks on the node that runs them",
  async () => {
    const { admin, other, scratch } = await start();
    const figures: Record<string, number> = {};
    async function timed<T>(what: string, act: () => Promise<T>): Promise<T> {
      const from = performance.now();
      const result = await act();
      figures[`${what}Ms`] = Math.round(performance.now() - from);
      return result;
    }
    const reader = await admin.submit({
      command: 'while read -r line; do echo "got $line"; done; echo end',
      input: true,
    });
    await admin.waitForStatus(reader.id, "running");
    const params = { id: reader.id };
    await timed("input", () =>
      other.client.call(contract.sendInput, { params, body: { text: "one\ntwo\n", end: false } }),
    );
    await timed("suspend", () => other.client.call(contract.suspendTask, { params }));
    expect(await admin.get(reader.id)).toMatchObject({ suspended: true });
    await timed("resume", () => admin.client.call(contract.resumeTask, { params }));
    await timed("endOfInput", () => other.client.call(contract.sendInput, { params, body: { text: "", end: true } }));
    expect(await admin.waitForEnd(reader.id)).toMatchObject({ exit_code: 0 });
    expect(await other.output(reader.id)).toBe("got one\ngot two\nend\n");

    const signalled = await admin.submit({
      command: `trap 'echo usr1; exit 3' USR1; echo up; while :; do sleep 0.02; done`,
    });
    await waitFor("it to be up", async () => (await other.output(signalled.id)) === "up\n");
    await timed("signal", () =>
      other.client.call(contract.signalTask, { params: { id: signalled.id }, body: { signal: "SIGUSR1", to: "main" } }),
    );
    expect(await admin.waitForEnd(signalled.id)).toMatchObject({ exit_code: 3 });

    const killed = await admin.submit({ command: "sleep 1000" });
    await admin.waitForStatus(killed.id, "running");
    await timed("kill", async () => {
      await other.client.call(contract.killTask, { params: { id: killed.id }, body: {} });
      await admin.waitForEnd(killed.id);
    });
    expect(await other.get(killed.id)).toMatchObject({ status: "killed", signal: "SIGTERM" });
    expect(await other.client.call(contract.listProcesses, { params: { id: killed.id } })).toEqual([]);
    report("asked of another server", figures);
    writeFileSync(join(scratch, "done"), "");
  },
);

it.skipIf(missing !== null)(
  missing ?? "shows output as it comes, on a server that did not take the task in",
  async () => {
    const { admin, other } = await start();
    const lines = 40;
    const command = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); date +%s%3N; sleep 0.1; done; printf 'no line end'`;
    const task = await admin.submit({ command });
    const response = await other.request(`/taskapi/tasks/${task.id}/output/stream/`);
    const delays: number[] = [];
    let text = "";
    let events = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      events += decoder.decode(chunk, { stream: true });
      const whole = events.split("\n\n");
      events = whole.pop() ?? "";
      for (const event of whole) {
        const data = /^event: output\n(?:id: .*\n)?data: (.*)$/m.exec(event)?.[1];
        const written = data === undefined ? "" : textOf(JSON.parse(data));
        text += written;
        for (const stamp of written.match(/\d{13}/g) ?? []) {
          delays.push(Date.now() - Number(stamp));
        }
      }
    }
    const sorted = delays.toSorted((a, b) => a - b);
    report("live output through another machine", {
      p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? -1,
      p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? -1,
    });
    expect(delays).toHaveLength(lines);
    expect(text).toBe(await admin.output(task.id));
    expect(text.endsWith("no line end")).toBe(true);
  },
);

function textOf(event: { data: string }): string {
  return Buffer.from(event.data, "base64").toString();
}

async function start() {
  const cluster = await startCluster("postgres", { servers: 2, nodes: 2 });
  const [one, two] = cluster.servers as [TestServer, TestServer];
  const admin = await one.join("admin");
  return { cluster, admin, other: admin.at(two), scratch: testDirectory() };
}

/** @module-tag whole */
import { expect, it } from "vitest";
import type { Node } from "../../src/contract/index.ts";
import { runCli, startCli } from "../support/cli.ts";
import { testDirectory } from "../support/directory.ts";
import { startServer } from "../support/server.ts";

async function start() {
  const server = await startServer({
    environment: { UTM_NODE_NAME: "build-1", UTM_LABELS: "gpu, big", UTM_SLOTS: "3" },
  });
  const anna = await server.join("anna");
  const home = testDirectory();
  const environment = { UTM_SERVER: server.url, UTM_TOKEN: anna.token };
  const utm = (...args: string[]) => runCli(args, { home, environment });
  return { server, anna, home, environment, utm };
}

it("lists nodes and shows one", async () => {
  const { anna, utm } = await start();
  const task = await anna.submit({ command: "sleep 600" });
  await anna.waitForStatus(task.id, "running");
  const table = await utm("nodes");
  expect(table).toMatchObject({ exitCode: 0, stderr: "" });
  expect(table.stdout).toMatch(/^NAME +STATE +SLOTS +RUNNING +LABELS +QUEUES +VERSION +SEEN\n/);
  expect(table.stdout).toMatch(/\nbuild-1 +● alive +3 +1 +gpu, big +all +\d+\.\d+\.\d+ +(just now|\d+ s ago)\n$/);
  const [node] = JSON.parse((await utm("nodes", "--json")).stdout) as Node[];
  expect(node).toMatchObject({ name: "build-1", tasks: [task.id] });
  const shown = await utm("nodes", "show", "build-1");
  expect(shown.stdout).toMatch(/slots +3, 1 in use\nruns +task 1\nlabels +gpu, big\nqueues +all\n/);
  expect(await utm("nodes", "show", "build-2")).toMatchObject({
    exitCode: 125,
    stderr: 'utm: There is no node "build-2". "utm nodes" lists all.\n',
  });
});

it("drains, waits for what runs, resumes, and forgets nothing that is alive", async () => {
  const { server, anna, home, environment, utm } = await start();
  const task = await anna.submit({ command: "sleep 600" });
  await anna.waitForStatus(task.id, "running");
  expect(await utm("nodes", "drain", "build-1")).toMatchObject({
    exitCode: 0,
    stdout: "build-1 is draining; 1 running task there\n",
  });
  const draining = startCli(["nodes", "drain", "build-1", "--wait"], { home, environment });
  await draining.says("Waiting for 1 running task to end.");
  await anna.submit({ command: "true" });
  expect(await utm("kill", String(task.id))).toMatchObject({ exitCode: 0 });
  expect(await draining.end()).toMatchObject({ exitCode: 0, stdout: "build-1 is draining; nothing runs there\n" });
  expect((await anna.get(task.id + 1)).status).toBe("pending");
  expect((await utm("nodes")).stdout).toContain("◐ draining");
  const resumed = JSON.parse((await utm("nodes", "resume", "build-1", "--json")).stdout) as Node;
  expect(resumed).toMatchObject({ state: "alive", draining: false });
  expect(await anna.waitForEnd(task.id + 1)).toMatchObject({ status: "completed" });
  expect(await utm("nodes", "forget", "build-1")).toMatchObject({
    exitCode: 125,
    stderr:
      "utm: Node build-1 is alive. Stop its process and wait until its lease is over; then it can be forgotten.\n",
  });
  const ben = await server.join("ben");
  const asBen = await runCli(["nodes", "drain", "build-1"], {
    home,
    environment: { ...environment, UTM_TOKEN: ben.token },
  });
  expect(asBen.exitCode).toBe(125);
  expect(asBen.stderr).toContain("drain, resume and forget nodes");
});

it("runs a task where it is asked to, and shows what it asks for", async () => {
  const { utm } = await start();
  expect(await utm("run", "--node", "build-1", "--label", "gpu", "--label", "big", "--", "echo", "here")).toMatchObject(
    {
      exitCode: 0,
      stdout: "here\n",
    },
  );
  expect((await utm("show", "1")).stdout).toMatch(/\nasks for +node build-1, label gpu, label big\nnode +build-1\n/);
  await utm("run", "--detach", "--label", "fast", "--", "echo", "elsewhere");
  expect((await utm("show", "2")).stdout).toMatch(/\nreason +No living node has the label fast\.\n/);
  expect(await utm("rerun", "-f", "2", "--label", "none")).toMatchObject({ exitCode: 0, stdout: "elsewhere\n" });
  expect(await utm("rerun", "-f", "1", "--node", "none")).toMatchObject({ exitCode: 0, stdout: "here\n" });
  expect((await utm("show", "4")).stdout).toMatch(/\nasks for +label gpu, label big\n/);
  const wrong = await utm("run", "--label", "Not This", "--", "true");
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain("A label is 1 to 63 small letters");
});

/** @module-tag whole */
import { expect, it } from "vitest";
import type { Queue } from "../../src/contract/index.ts";
import { runCli } from "../support/cli.ts";
import { testDirectory } from "../support/directory.ts";
import { startServer } from "../support/server.ts";

async function start() {
  const server = await startServer({ environment: { UTM_NODE_NAME: "build-1", UTM_SLOTS: "3" } });
  const anna = await server.join("anna");
  const home = testDirectory();
  const environment = { UTM_SERVER: server.url, UTM_TOKEN: anna.token };
  const utm = (...args: string[]) => runCli(args, { home, environment });
  return { server, anna, home, environment, utm };
}

it("makes, lists, bounds, pauses, resumes and removes a queue", async () => {
  const { anna, utm } = await start();
  expect(await utm("queues", "create", "night", "--slots", "2")).toMatchObject({
    exitCode: 0,
    stdout: "night is open, 2 slots; 0 running, 0 waiting\n",
    stderr: "",
  });
  expect((await utm("queues", "pause", "night")).stdout).toBe("night is paused, 2 slots; 0 running, 0 waiting\n");
  expect((await utm("run", "--detach", "--queue", "night", "--", "sleep", "600")).exitCode).toBe(0);
  const table = await utm("queues");
  expect(table.stdout).toMatch(/^NAME +STATE +SLOTS +RUNNING +WAITING +DELAYED +OLDEST +NODES\n/);
  expect(table.stdout).toMatch(/\ndefault +● open +no limit +0 +0 +0 +build-1\n/);
  expect(table.stdout).toMatch(/\nnight +‖ paused +2 +0 +1 +0 +(just now|\d+ s ago) +build-1\n$/);
  expect((await utm("show", "1")).stdout).toMatch(/\nreason +The queue night is paused\.\n/);
  expect((await utm("queues", "set", "night", "--slots", "none")).stdout).toContain("paused, no limit of its own;");
  const resumed = JSON.parse((await utm("queues", "resume", "night", "--json")).stdout) as Queue;
  expect(resumed).toMatchObject({ name: "night", paused: false, slots: null });
  await anna.waitForStatus(1, "running");
  expect(await utm("queues", "remove", "night")).toMatchObject({
    exitCode: 125,
    stdout: "",
    stderr:
      "utm: Queue night has tasks that are not over: 1. It can be removed once they are; pause it to let none of them start.\n",
  });
  expect((await utm("kill", "1")).exitCode).toBe(0);
  await anna.waitForEnd(1);
  expect(await utm("queues", "remove", "night")).toMatchObject({ exitCode: 0, stdout: "Queue night is removed.\n" });
  const left = JSON.parse((await utm("queues", "--json")).stdout) as Queue[];
  expect(left.map(({ name }) => name)).toEqual(["default"]);
});

it("says what is wrong, and who may", async () => {
  const { server, home, environment, utm } = await start();
  for (const verb of [["pause"], ["resume"], ["remove"], ["set", "--slots", "1"]]) {
    expect(await utm("queues", ...verb, "gone")).toMatchObject({
      exitCode: 125,
      stderr: 'utm: There is no queue "gone". "utm queues" lists all.\n',
    });
  }
  const taken = await utm("queues", "create", "default");
  expect(taken.stderr).toContain("There is a queue named default already.");
  expect((await utm("queues", "create", "a b")).stderr).toContain("A name is 1 to 64 letters");
  expect((await utm("queues", "remove", "default")).stderr).toContain("Queue default cannot be removed");
  expect(await utm("queues", "set", "default", "--slots", "few")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--slots takes a whole number of at least 1, not "few".'),
  });
  expect(await utm("queues", "set", "default")).toMatchObject({ exitCode: 2 });
  const ben = await server.join("ben");
  const asBen = (...args: string[]) => runCli(args, { home, environment: { ...environment, UTM_TOKEN: ben.token } });
  expect((await asBen("queues")).exitCode).toBe(0);
  const refused = await asBen("queues", "pause", "default");
  expect(refused.exitCode).toBe(125);
  expect(refused.stderr).toContain("make, change, pause and remove queues (manage_queues)");
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/http.ts";
import { type Member, startServer, startSharedServer } from "../support/server.ts";

/** When a task runs, for how long, and which fields this version refuses. */
const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

const post = (json: unknown) => send(server, "POST", "/taskapi/tasks/", { as: ada, json });

describe("run_at", () => {
  it("in the future keeps it pending, and the reason says so", async () => {
    const task = await ada.submit({ command: "true", run_at: "2099-04-01T12:00:00+02:00" });
    expect(task).toMatchObject({ status: "pending", run_at: "2099-04-01T10:00:00.000Z" });
    expect(task.reason).toBe("Starts at 2099-04-01T10:00:00.000Z.");
  });

  it("soon starts it then and not before", async () => {
    const runAt = Date.now() + 400;
    const { id } = await ada.submit({ command: "true", run_at: new Date(runAt).toISOString() });
    const ended = await ada.waitForEnd(id);
    expect(ended.status).toBe("completed");
    expect(Date.parse(ended.started_at ?? "")).toBeGreaterThanOrEqual(runAt);
  });

  it("in the past starts it at once", async () => {
    const { id } = await ada.submit({ command: "true", run_at: "2020-01-01T00:00:00Z" });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "completed" });
  });
});

describe("timeout_seconds and kill_grace_seconds", () => {
  it("end it, with its reason", async () => {
    const { id } = await ada.submit({ command: "sleep 600", timeout_seconds: 0.2 });
    const ended = await ada.waitForEnd(id);
    expect(ended).toMatchObject({ status: "failed", outcome: "timed_out", timeout_seconds: 0.2, exit_code: null });
    expect(ended.duration_ms).toBeGreaterThanOrEqual(200);
  });

  it("leave one alone that is faster", async () => {
    const { id } = await ada.submit({ command: "true", timeout_seconds: 30, kill_grace_seconds: 0.5 });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "completed", kill_grace_seconds: 0.5 });
  });

  it("are null and 10 when not given", async () => {
    expect(await ada.submit({ command: "true" })).toMatchObject({ timeout_seconds: null, kill_grace_seconds: 10 });
  });
});

describe("priority", () => {
  it("decides who goes first, then the order of submission", async () => {
    const narrow = await startServer({ environment: { UTM_SLOTS: "1" } });
    const eve = await narrow.join("eve");
    const gate = join(narrow.directory, "gate");
    const log = join(narrow.directory, "order");
    const blocker = await eve.submit({ command: `until [ -e ${gate} ]; do sleep 0.02; done` });
    await eve.waitForStatus(blocker.id, "running");
    const ids = [];
    for (const [name, priority] of Object.entries({ low: -5, first: 0, high: 7, second: 0 })) {
      ids.push((await eve.submit({ name, priority, command: `echo ${name} >>${log}` })).id);
    }
    expect((await eve.get(ids[0] ?? 0)).reason).toBe("All 1 slots are in use. 3 ahead of it.");
    expect((await eve.get(ids[2] ?? 0)).reason).toBe("All 1 slots are in use. It is next.");
    writeFileSync(gate, "");
    for (const id of ids) {
      await eve.waitForEnd(id);
    }
    const { id } = await eve.submit({ command: `cat ${log}` });
    await eve.waitForEnd(id);
    expect(await eve.output(id)).toBe("high\nfirst\nsecond\nlow\n");
  });
});

describe("tags, queue and priority", () => {
  it("are kept, each tag once", async () => {
    const task = await ada.submit({
      command: "true",
      tags: [" night ", "db", "night"],
      priority: -3,
      queue: "default",
    });
    expect(task).toMatchObject({ tags: ["night", "db"], priority: -3, queue: "default" });
  });

  it("are empty, default and 0 when not given, or null", async () => {
    const nothing = { tags: null, priority: null, queue: null, cwd: null, env: null, stdin: null, run_at: null };
    for (const given of [{}, nothing, { description: null, argv: null, script: null, timeout_seconds: null }]) {
      const task = await ada.submit({ command: "true", ...given });
      expect(task).toMatchObject({ tags: [], priority: 0, queue: "default", description: "", run_at: null });
    }
  });
});

describe("what cannot be right", () => {
  it.each([
    { run_at: "tomorrow" },
    { run_at: "2099-04-01T12:00:00" },
    { run_at: "2099-13-01T12:00:00Z" },
    { run_at: 4_000_000_000 },
    { timeout_seconds: 0 },
    { timeout_seconds: -1 },
    { timeout_seconds: "10" },
    { timeout_seconds: 1e12 },
    { kill_grace_seconds: -1 },
    { kill_grace_seconds: 86_401 },
    { priority: 1.5 },
    { priority: 1_000_001 },
    { tags: [""] },
    { tags: [1] },
    { tags: ["x".repeat(65)] },
    { tags: Array.from({ length: 51 }, (_, index) => `tag-${index}`) },
    { queue: "no such queue" },
    { queue: "" },
    { description: "d".repeat(10_001) },
  ])("is refused by its field: %j", async (given) => {
    const answer = await post({ command: "true", ...given });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body as object)).toEqual(Object.keys(given));
  });
});

describe("fields whose names are fixed and which this version cannot honour", () => {
  it.each([
    { after: [{ task: 1, when: "ended" }] },
    { array: { count: 3 } },
    { template: "nightly" },
    { params: { day: "monday" } },
  ])("are refused, never ignored: %j", async (given) => {
    const answer = await post({ name: "reserved", command: "true", ...given });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ [Object.keys(given)[0] ?? ""]: ["Not available in this version."] });
  });

  it("are fine when they ask for nothing", async () => {
    const nothing = {
      after: null,
      array: null,
      template: null,
    };
    expect(await post({ command: "true", ...nothing })).toMatchObject({ status: 201 });
  });
});

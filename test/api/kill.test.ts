import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { hasEnded } from "../support/processes.ts";
import { type Member, startServer, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Ending tasks: while they wait, while they run, when they resist, and when it is too late. */
const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

/** A running task; its shell lines may use $READY, a directory to put a file into, named by the process's pid. */
async function running(command: string, processes = 1, more: Record<string, unknown> = {}) {
  const ready = mkdtempSync(join(server.directory, "ready-"));
  const { id } = await ada.submit({ command, env: { READY: ready }, ...more });
  await waitFor("its processes", () => readdirSync(ready).length >= processes);
  await ada.waitForStatus(id, "running");
  return { id, pids: readdirSync(ready).map(Number) };
}

function kill(id: number, json: unknown = {}) {
  return send(server, "POST", `/taskapi/tasks/${id}/kill/`, { as: ada, json });
}

const waiting = "touch $READY/$$; while :; do sleep 0.05; done";

describe("a pending task", () => {
  it("is killed at once and never starts", async () => {
    const narrow = await startServer({ environment: { UTM_SLOTS: "1" } });
    const eve = await narrow.join("eve");
    const blocker = await eve.submit({ command: "sleep 600" });
    await eve.waitForStatus(blocker.id, "running");
    const first = await eve.submit({ command: "true" });
    const second = await eve.submit({ command: "true" });
    const killed = await send(narrow, "POST", `/taskapi/tasks/${first.id}/kill/`, { as: eve });
    const end = { status: "killed", outcome: "killed", exit_code: null, signal: null, started_at: null, attempt: 0 };
    expect(killed).toMatchObject({ status: 202, body: end });
    expect(killed.body).toMatchObject({ completed_at: expect.stringMatching(/Z$/) });
    const deleted = await send(narrow, "DELETE", `/taskapi/tasks/${second.id}/`, { as: eve });
    expect(deleted).toMatchObject({ status: 200, body: { detail: `Task ${second.id} killed` } });
    for (const { id } of [first, second]) {
      const task = await eve.get(id);
      expect(task).toMatchObject(end);
      expect(task.reason).toBe("Killed by eve before it started.");
    }
    await send(narrow, "DELETE", `/taskapi/tasks/${blocker.id}/`, { as: eve });
    const next = await eve.submit({ command: "true" });
    expect(await eve.waitForEnd(next.id)).toMatchObject({ status: "completed" });
    expect(await eve.get(first.id)).toMatchObject(end);
  });
});

it("says in its log who ordered what, also when two did", async () => {
  const ben = await server.join("ben_the_admin");
  await ada.giveRole(ben, "admin");
  const { id } = await running(`trap '' TERM; ${waiting}`);
  await kill(id, { grace_seconds: 60 });
  await send(server, "POST", `/taskapi/tasks/${id}/kill/`, { as: ben, json: { signal: "KILL", grace_seconds: 0 } });
  await ada.waitForEnd(id);
  const log = await ada.client.call(contract.listEvents, { params: { id } });
  expect(log.filter((entry) => entry.kind === "kill").map((entry) => entry.text)).toEqual([
    "Kill ordered by ada: SIGTERM, and SIGKILL after 60 s.",
    "Kill ordered by ben_the_admin: SIGKILL, and SIGKILL after 0 s.",
  ]);
});

describe("a running task", () => {
  it("gets SIGTERM, and is killed by it", async () => {
    const { id, pids } = await running(waiting);
    const asked = await kill(id);
    expect(asked).toMatchObject({ status: 202, body: { id } });
    const ended = await ada.waitForEnd(id);
    expect(ended).toMatchObject({ status: "killed", outcome: "killed", signal: "SIGTERM", exit_code: null });
    expect(ended.reason).toMatch(/^Killed by ada: .*SIGTERM.*\.$/);
    expect(pids.every(hasEnded)).toBe(true);
  });

  it.each([
    { given: "SIGINT", signal: "SIGINT" },
    { given: "usr1", signal: "SIGUSR1" },
    { given: "KILL", signal: "SIGKILL" },
    { given: "Hup", signal: "SIGHUP" },
  ])("gets the signal asked for: $given", async ({ given, signal }) => {
    const { id } = await running(waiting);
    expect(await kill(id, { signal: given })).toMatchObject({ status: 202 });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "killed", outcome: "killed", signal, exit_code: null });
  });

  it("that ends itself in order keeps its exit code, and counts as killed", async () => {
    const { id } = await running(`trap 'echo bye; exit 3' TERM; ${waiting}`);
    await kill(id);
    const ended = await ada.waitForEnd(id);
    expect(ended).toMatchObject({ status: "killed", outcome: "killed", exit_code: 3, signal: null });
    expect(await ada.output(id)).toMatch(/^bye$/m);
  });

  it("stays running while the grace lasts, and the reason says what is being done", async () => {
    const { id } = await running(`trap '' TERM; ${waiting}`);
    await kill(id, { grace_seconds: 600 });
    const asked = await waitFor("the order to be carried out", async () => {
      const task = await ada.get(id);
      return task.reason === null ? null : task;
    });
    expect(asked).toMatchObject({ status: "running", completed_at: null, outcome: null });
    expect(asked.reason).toBe("Being killed by ada: SIGTERM, and SIGKILL after 600 s.");
    await kill(id, { grace_seconds: 0 });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "killed", signal: "SIGKILL" });
  });

  it("that ignores SIGTERM gets SIGKILL after its own grace", async () => {
    const { id, pids } = await running(`trap '' TERM; ${waiting}`, 1, { kill_grace_seconds: 0.3 });
    const answer = await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
    expect(answer).toMatchObject({ status: 200, body: { detail: `Task ${id} killed` } });
    const ended = await ada.get(id);
    expect(ended).toMatchObject({ status: "killed", outcome: "killed", signal: "SIGKILL", exit_code: null });
    expect(ended.reason).toMatch(/SIGKILL/);
    expect(pids.every(hasEnded)).toBe(true);
  });

  it.each([
    { how: "children", command: `sh -c '${waiting}' & sh -c '${waiting}' & wait`, processes: 2 },
    { how: "a child in a session of its own", command: `setsid sh -c '${waiting}' & ${waiting}`, processes: 2 },
    {
      how: "a daemon",
      command: `(setsid sh -c 'sh -c "${waiting.replaceAll("$", "\\$")}" &' &); ${waiting}`,
      processes: 2,
    },
    { how: "a stopped child", command: `sh -c 'touch $READY/$$; kill -STOP $$' & ${waiting}`, processes: 2 },
    {
      how: "children that ignore SIGTERM",
      command: `setsid sh -c 'trap "" TERM; ${waiting}' & ${waiting}`,
      processes: 2,
    },
  ])("is killed with $how", async ({ command, processes }) => {
    const { id, pids } = await running(command, processes);
    expect(pids.some(hasEnded)).toBe(false);
    await kill(id, { grace_seconds: 0.3 });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "killed", outcome: "killed" });
    expect(pids.filter((pid) => !hasEnded(pid))).toEqual([]);
  });
});

describe("a task that is over", () => {
  it.each(["true", "false"])("answers 409 and stays as it is: %s", async (command) => {
    const { id } = await ada.submit({ command });
    const ended = await ada.waitForEnd(id);
    const answer = await kill(id);
    expect(answer.status).toBe(409);
    const detail = `Task ${id} is already over: it is ${ended.status}.`;
    expect(answer.body).toEqual({ detail, code: "already_over" });
    expect(await ada.get(id)).toEqual(ended);
  });
});

describe("an order that cannot be right", () => {
  it.each([{ signal: "SIGWHAT" }, { signal: 9 }, { signal: "" }, { grace_seconds: -1 }, { grace_seconds: "10" }])(
    "is refused by its field: %j",
    async (json) => {
      const { id } = await ada.submit({ command: "true", run_at: "2099-01-01T00:00:00Z" });
      const answer = await kill(id, json);
      expect(answer.status).toBe(400);
      expect(Object.keys(answer.body as object)).toEqual(Object.keys(json));
      expect(await ada.get(id)).toMatchObject({ status: "pending" });
    },
  );
});

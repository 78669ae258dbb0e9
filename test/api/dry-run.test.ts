import { userInfo } from "node:os";
import { beforeAll, expect, it } from "vitest";
import type { DryRun, TaskDetail } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** What would be done is what is done: each answer is held against the task that the same body then makes. */
const server = startSharedServer({ environment: { UTM_SLOTS: "1", UTM_NODE_NAME: "here", UTM_LABELS: "ssd" } });
let ada: Member;

beforeAll(async () => {
  ada = await server.join("ada");
});

async function tryOut(json: Record<string, unknown>, as = ada, path = "/taskapi/tasks/dry-run/") {
  const { status, body } = await send(server, "POST", path, { as, json });
  return { status, trial: body as DryRun, body };
}

const asked = ["name", "tags", "queue", "priority", "run_at", "timeout_seconds", "kill_grace_seconds"] as const;
const kept = ["limits", "retry", "sandbox", "pty", "takes_input", "stdin_bytes", "requested_node", "labels"] as const;
const shared = (task: DryRun | TaskDetail) => [...asked, ...kept].map((field) => [field, task[field]]);

it.each<[string, Record<string, unknown>]>([
  ["nothing but a command", { command: "echo  one two" }],
  [
    "every policy",
    {
      argv: ["true"],
      name: "all",
      tags: ["b", "a", "b"],
      priority: 3,
      run_at: "2099-01-01T00:00:00Z",
      timeout_seconds: 90,
      kill_grace_seconds: 2,
      limits: { memory_bytes: 2 ** 30 },
      retry: { attempts: 3 },
      pty: true,
      stdin: "ä",
      labels: ["ssd", "ssd"],
      node: "here",
    },
  ],
  ["a script", { script: { body: "#!/usr/bin/env -S sh -e\ntrue\n" }, input: true }],
])("%s becomes what was foretold", async (_, body) => {
  const { trial } = await tryOut(body);
  const { id } = await ada.submit(body);
  const task = await ada.get(id);
  expect(shared(trial)).toEqual(shared(task));
  expect(trial).toMatchObject({ owner: "ada", description: "" });
  await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
});

it("names what is executed, and by what", async () => {
  const words = async (body: Record<string, unknown>) => {
    const { trial } = await tryOut(body);
    return [trial.program, trial.argv, trial.interpreter, trial.script_bytes];
  };
  expect(await words({ command: "-x" })).toEqual(["command", ["/bin/sh", "-c", "--", "-x"], "/bin/sh", 0]);
  expect(await words({ argv: ["ls", "a b"] })).toEqual(["argv", ["ls", "a b"], null, 0]);
  expect(await words({ name: "nap" })).toEqual(["demonstration", ["sleep", "10"], null, 0]);
  expect(await words({ script: { body: "#!/usr/bin/env python3\n" } })).toEqual([
    ...["script", ["/usr/bin/env", "python3"], "/usr/bin/env python3", 23],
  ]);
});

it("says as whom, where and with which variables, as the task then finds it", async () => {
  const body = { command: 'id -un; pwd; env | sed "s/=.*//" | sort | tr "\\n" " "', env: { A: "1", LANG: "C" } };
  const { trial } = await tryOut(body);
  const { id } = await ada.submit(body);
  await ada.waitForEnd(id);
  const [user, cwd, names] = (await ada.output(id)).split("\n");
  expect([trial.user, trial.cwd]).toEqual([user, cwd]);
  expect(trial.user).toBe(userInfo().username);
  expect(trial.env).toEqual(["A", "LANG"]);
  const found = (names ?? "").trim().split(" ");
  // What the shell that runs the command adds for itself is no promise.
  const ofShell = ["SHLVL", "_", "OLDPWD"];
  expect([...trial.env, ...(trial.env_added ?? [])].toSorted()).toEqual(
    found.filter((name) => !ofShell.includes(name)),
  );
  expect((await tryOut({ command: "pwd", cwd: "/usr" })).trial.cwd).toBe("/usr");
  expect((await tryOut({ command: "tty", pty: true })).trial.env_added).toContain("TERM");
});

it("says which nodes could take it, or why none, and how many wait before it", async () => {
  const place = async (body: Record<string, unknown>) => (await tryOut({ command: "true", ...body })).trial.placement;
  await expect.poll(() => place({})).toEqual({ nodes: [{ name: "here", slots: 1, free: 1 }], waits: null, ahead: 0 });
  expect(await place({ labels: ["gpu"] })).toEqual({ nodes: [], waits: "No living node has the label gpu.", ahead: 0 });
  expect((await place({ node: "there" })).waits).toBe("Node there, which it asks for, does not exist.");
  expect((await place({ run_at: "2099-01-01T00:00:00Z" })).waits).toBe("Starts at 2099-01-01T00:00:00.000Z.");

  const busy = await ada.submit({ command: "sleep 300" });
  await ada.waitForStatus(busy.id, "running");
  const waiting = await ada.submit({ command: "true", priority: 5 });
  await expect
    .poll(() => place({}))
    .toMatchObject({
      ...{ nodes: [{ name: "here", slots: 1, free: 0 }], waits: "All 1 slots are in use. 1 ahead of it.", ahead: 1 },
    });
  expect((await place({ priority: 6 })).waits).toBe("All 1 slots are in use. It is next.");
  for (const { id } of [busy, waiting]) {
    await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
  }
});

it("writes nothing", async () => {
  const count = async () => (await send(server, "GET", "/taskapi/tasks/", { as: ada })).body as TaskDetail[];
  const before = (await count()).length;
  await tryOut({ command: "true" });
  expect((await count()).length).toBe(before);
});

it("is refused as the submission would be, with the same words", async () => {
  const ben = await server.join("ben");
  const bodies: [Record<string, unknown>, Member][] = [
    [{ command: "true", timeout_seconds: 0, cwd: "relative" }, ada],
    [{ command: "true", argv: ["true"] }, ada],
    [{ command: "true", queue: "unknown" }, ada],
    [{ command: "true", after: [1] }, ada],
    [{}, ada],
    [{ command: "true" }, ben],
  ];
  for (const [json, as] of bodies) {
    const real = await send(server, "POST", "/taskapi/tasks/", { as, json });
    expect(real.status).toBeGreaterThanOrEqual(400);
    const { status, body } = await tryOut(json, as);
    const { request_id: _, ...refusal } = body as Record<string, unknown>;
    expect(status).toBe(real.status);
    expect(real.body).toMatchObject(refusal);
  }
});

it("tries out a rerun with what is changed of it", async () => {
  const first = await ada.submit({ argv: ["echo", "a b"], stdin: "kept", tags: ["t"], run_at: "2099-01-01T00:00:00Z" });
  const path = `/taskapi/tasks/${first.id}/rerun/dry-run/`;
  const { trial } = await tryOut({ name: "changed", tags: [] }, ada, path);
  expect(trial).toMatchObject({ name: "changed", argv: ["echo", "a b"], stdin_bytes: 4, tags: [], run_at: null });
  expect((await tryOut({ queue: "unknown" }, ada, path)).status).toBe(400);
  const eve = await server.join("eve");
  expect((await tryOut({}, eve, path)).status).toBe(404);
});

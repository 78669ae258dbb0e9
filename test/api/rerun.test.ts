import { beforeAll, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** A task submitted once more. */
const server = startSharedServer();
let ada: Member;
let ben: Member;
beforeAll(async () => {
  ada = await server.join("ada");
  ben = await server.join("ben");
  await ada.giveRole(ben, "operator");
});

function rerun(id: number, as: Member, json?: unknown, headers?: Record<string, string>) {
  const path = `/taskapi/tasks/${id}/rerun/`;
  return send(server, "POST", path, {
    as,
    ...(json === undefined ? {} : { json }),
    ...(headers === undefined ? {} : { headers }),
  });
}

const whole = {
  name: "whole",
  description: "all of it",
  script: { body: "#!/bin/sh\necho $A; cat", interpreter: "/bin/sh -e" },
  cwd: "/tmp",
  env: { A: "b" },
  stdin: "text",
  priority: 3,
  tags: ["x", "y"],
  timeout_seconds: 60,
  kill_grace_seconds: 2,
  retry: { attempts: 2, backoff: "exponential", delay_seconds: 1, max_delay_seconds: 5, jitter: 0.1, on: ["failed"] },
  limits: { open_files: 100 },
};

it("has everything of the first one but its history, and says whence it comes", async () => {
  const first = await ada.submit(whole);
  await ada.waitForEnd(first.id);
  const answer = await rerun(first.id, ada);
  expect(answer.status).toBe(201);
  const second = await ada.waitForEnd((answer.body as { id: number }).id);
  const { name, description, script, cwd, env, priority, tags, timeout_seconds, retry, limits } = second;
  const kept = { name, description, script, cwd, env, priority, tags, timeout_seconds, retry };
  const { stdin: _, limits: __, kill_grace_seconds, ...given } = whole;
  expect(kept).toEqual(given);
  expect(second).toMatchObject({
    status: "completed",
    kill_grace_seconds,
    limits: { open_files: 100 },
    stdin_bytes: 4,
  });
  expect(limits).not.toBeNull();
  expect(await ada.output(second.id)).toBe("b\ntext");
  const log = await ada.client.call(contract.listEvents, { params: { id: second.id } });
  expect(log[0]).toMatchObject({ kind: "submitted", text: `Submitted by ada as a rerun of task ${first.id}.` });
});

it("replaces what the body names; another program replaces the first one's whatever its kind", async () => {
  const first = await ada.submit(whole);
  const answer = await rerun(first.id, ada, { command: 'echo "again $A"', name: "other", stdin: null, retry: null });
  const second = await ada.waitForEnd((answer.body as { id: number }).id);
  expect(second).toMatchObject({
    name: "other",
    script: null,
    command: 'echo "again $A"',
    retry: null,
    tags: ["x", "y"],
  });
  expect(await ada.output(second.id)).toBe("again b\n");
});

it("runs the demonstration again as the demonstration, which needs no permission", async () => {
  const cleo = await server.join("cleo");
  const first = await cleo.submit({ name: "demo", timeout_seconds: 0.1 });
  const again = await rerun(first.id, cleo);
  expect(again).toMatchObject({ status: 201, body: { name: "demo", argv: ["sleep", "10"] } });
  await ada.giveRole(cleo, "operator");
  const free = await cleo.submit({ command: "true" });
  await ada.giveRole(cleo, "member");
  expect(await rerun(free.id, cleo)).toMatchObject({ status: 403, body: { code: "permission_denied" } });
});

it("refuses wrong fields as a submission would, and creates nothing", async () => {
  const first = await ada.submit({ command: "true" });
  const refused = await rerun(first.id, ada, { timeout_seconds: -1, limits: { memory_bytes: 0 } });
  expect(refused).toMatchObject({
    status: 400,
    body: {
      timeout_seconds: ["Ensure this value is greater than 0."],
      limits: ["memory_bytes: Ensure this value is greater than 0."],
    },
  });
  const tasks = await ada.client.call(contract.listTasks, { query: { ordering: "-id", limit: 1 } });
  expect(tasks[0]?.id).toBe(first.id);
});

it("belongs to who asks; somebody else's task cannot be seen, nor rerun", async () => {
  const ofBen = await ben.submit({ command: "true" });
  const byAdmin = await rerun(ofBen.id, ada);
  expect(byAdmin).toMatchObject({ status: 201, body: { owner: "ada" } });
  const ofAda = await ada.submit({ command: "true" });
  expect(await rerun(ofAda.id, ben)).toMatchObject({ status: 404 });
});

it("happens once for one Idempotency-Key", async () => {
  const first = await ada.submit({ command: "true" });
  const headers = { "Idempotency-Key": "rerun once" };
  const one = await rerun(first.id, ada, { name: "n" }, headers);
  const two = await rerun(first.id, ada, { name: "n" }, headers);
  expect([one.status, two.status]).toEqual([201, 200]);
  expect((two.body as { id: number }).id).toBe((one.body as { id: number }).id);
  expect((await rerun(first.id, ada, { name: "m" }, headers)).status).toBe(422);
});

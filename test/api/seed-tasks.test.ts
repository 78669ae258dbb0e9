import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { hasEnded } from "../support/processes.ts";
import { type Member, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Old clients: the tasks of two people who cannot see each other's, with and without the trailing slash. */
const server = startSharedServer({ environment: { UTM_DEFAULT_SLEEP_SECONDS: "0.3" } });
const seedFields = ["completed_at", "created_at", "description", "id", "name", "status", "updated_at"];
const notFound = { status: 404, body: { detail: "Not found." } };

let root: Member;
let ada: Member;
let bob: Member;
beforeAll(async () => {
  root = await server.join("root");
  ada = await server.join("ada");
  bob = await server.join("bob");
});

describe.each([
  { form: "with the trailing slash", slash: "/" },
  { form: "without it", slash: "" },
])("tasks, $form", ({ slash }) => {
  const list = `/taskapi/tasks${slash}`;
  const one = (id: number | string) => `/taskapi/tasks/${id}${slash}`;

  it.each([
    { given: { name: "count", description: "all of them" }, description: "all of them" },
    { given: { name: "count" }, description: "" },
  ])("POST answers 201 at once, pending: $given", async ({ given, description }) => {
    const { status, body } = await send(server, "POST", list, { as: ada, json: given });
    expect(status).toBe(201);
    expect(Object.keys(body as object)).toEqual(expect.arrayContaining(seedFields));
    expect(body).toMatchObject({ name: "count", description, status: "pending", completed_at: null });
  });

  it.each([
    { given: {}, errors: { name: ["This field is required."] } },
    { given: { name: "" }, errors: { name: ["This field may not be blank."] } },
    {
      given: { name: 7, description: [] },
      errors: { name: ["Not a valid string."], description: ["Not a valid string."] },
    },
    {
      given: { name: "n".repeat(256) },
      errors: { name: ["Ensure this field has no more than 255 characters."] },
    },
  ])("POST refuses with 400 per field: $errors", async ({ given, errors }) => {
    const answer = await send(server, "POST", list, { as: ada, json: given });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(errors);
  });

  it("GET lists one's own tasks, ascending by id, and nobody else's; also an admin's", async () => {
    const mine = [await ada.submit({ name: "first" }), await ada.submit({ name: "second" })];
    const other = await bob.submit({ name: "bob's" });
    for (const who of [ada, bob, root]) {
      const { status, body } = await send(server, "GET", list, { as: who });
      const tasks = body as { id: number; owner: string }[];
      expect(status).toBe(200);
      expect(Array.isArray(tasks)).toBe(true);
      expect(tasks.every((task) => task.owner === who.username)).toBe(true);
      expect(tasks.map((task) => task.id)).toEqual(tasks.map((task) => task.id).toSorted((a, b) => a - b));
      const ids = tasks.map((task) => task.id);
      expect(mine.every((task) => ids.includes(task.id))).toBe(who === ada);
      expect(ids.includes(other.id)).toBe(who === bob);
    }
  });

  it("GET of one answers 200 with all the fields", async () => {
    const task = await ada.submit({ name: "look", description: "at me" });
    const { status, body } = await send(server, "GET", one(task.id), { as: ada });
    expect(status).toBe(200);
    expect(Object.keys(body as object)).toEqual(expect.arrayContaining(seedFields));
    expect(body).toMatchObject({ id: task.id, name: "look", description: "at me" });
  });

  it.each(["PUT", "PATCH"])("%s changes name and description, also of an ended task", async (method) => {
    const task = await ada.submit({ name: "before", description: "old" });
    const json = { name: "after", description: "new" };
    const early = await send(server, method, one(task.id), { as: ada, json });
    expect(early).toMatchObject({ status: 200, body: { id: task.id, ...json } });
    await ada.waitForEnd(task.id);
    const late = await send(server, method, one(task.id), { as: ada, json: { name: "late", status: "failed" } });
    expect(late).toMatchObject({ status: 200, body: { id: task.id, name: "late", status: "completed" } });
  });

  it("PUT wants a name, PATCH does not", async () => {
    const task = await ada.submit({ name: "kept", description: "old" });
    const put = await send(server, "PUT", one(task.id), { as: ada, json: { description: "x" } });
    expect(put).toMatchObject({ status: 400, body: { name: ["This field is required."] } });
    const patch = await send(server, "PATCH", one(task.id), { as: ada, json: { description: "x" } });
    expect(patch).toMatchObject({ status: 200, body: { name: "kept", description: "x" } });
  });

  it.each(["GET", "PUT", "PATCH", "DELETE"])("%s of somebody else's id, or of none, answers 404", async (method) => {
    const task = await ada.submit({ name: "private" });
    const json = method === "PUT" || method === "PATCH" ? { name: "mine now" } : undefined;
    for (const id of [task.id, 999_999_999, "seven", "-1", "0", "1.5"]) {
      expect(await send(server, method, one(id), { as: bob, json })).toMatchObject(notFound);
    }
    expect(await ada.get(task.id)).toMatchObject({ name: "private" });
  });

  it("DELETE kills: the process is gone, the status is killed, and a second one says it is over", async () => {
    const task = await root.submit({ name: "long", command: "sleep 600 & sleep 600" });
    await root.waitForStatus(task.id, "running");
    const pid = await waitFor("its process", async () => {
      const [attempt] = await root.client.call(contract.listAttempts, { params: { id: task.id } });
      return attempt?.pid;
    });
    expect(hasEnded(pid)).toBe(false);
    const killed = await send(server, "DELETE", one(task.id), { as: root });
    expect(killed).toMatchObject({ status: 200, body: { detail: `Task ${task.id} killed` } });
    expect(hasEnded(pid)).toBe(true);
    const after = await root.get(task.id);
    expect(after).toMatchObject({ status: "killed", completed_at: expect.stringMatching(/Z$/) });
    const again = await send(server, "DELETE", one(task.id), { as: root });
    expect(again.status).toBe(200);
    expect(again.body).toEqual({ detail: `Task ${task.id} already completed or killed.` });
  });

  it("DELETE of a completed task says so and changes nothing", async () => {
    const task = await ada.submit({ name: "short" });
    const ended = await ada.waitForEnd(task.id);
    const answer = await send(server, "DELETE", one(task.id), { as: ada });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ detail: `Task ${task.id} already completed or killed.` });
    expect(await ada.get(task.id)).toEqual(ended);
  });

  it.each([
    ["GET", list],
    ["POST", list],
    ["GET", one(1)],
    ["PUT", one(1)],
    ["PATCH", one(1)],
    ["DELETE", one(1)],
  ])("%s %s needs a token that is right", async (method, path) => {
    const none = await send(server, method, path);
    expect(none).toMatchObject({ status: 401, body: { detail: "Authentication credentials were not provided." } });
    expect(none.headers.get("WWW-Authenticate")).toBe("Token");
    for (const header of ["Token wrong", "Bearer wrong", "Token", "Basic YTpi", `Token ${ada.token} x`]) {
      const wrong = await send(server, method, path, { headers: { Authorization: header } });
      expect(wrong, header).toMatchObject({ status: 401, body: { detail: "Invalid token." } });
      expect(wrong.headers.get("WWW-Authenticate")).toBe("Token");
    }
  });
});

it("a task goes from pending to running to completed, with completed_at", async () => {
  const gate = join(server.directory, "gate");
  const task = await root.submit({ name: "gated", command: `until [ -e ${gate} ]; do sleep 0.02; done` });
  expect(task).toMatchObject({ status: "pending", completed_at: null, started_at: null });
  const running = await root.waitForStatus(task.id, "running");
  expect(running.completed_at).toBeNull();
  writeFileSync(gate, "");
  const ended = await root.waitForEnd(task.id);
  expect(ended).toMatchObject({ status: "completed", exit_code: 0, completed_at: expect.stringMatching(/Z$/) });
});

it("without a command it runs a real sleep of the configured length", async () => {
  const { id, argv } = await ada.submit({ name: "demonstration" });
  expect(argv).toEqual(["sleep", "0.3"]);
  const ended = await ada.waitForEnd(id);
  expect(ended).toMatchObject({ status: "completed", outcome: "exited", exit_code: 0, signal: null });
  expect(ended.duration_ms).toBeGreaterThanOrEqual(300);
});

it("any error fails it, with completed_at", async () => {
  const { id } = await root.submit({ command: "exit 3" });
  expect(await root.waitForEnd(id)).toMatchObject({ status: "failed", exit_code: 3 });
});

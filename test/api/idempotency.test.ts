import { beforeAll, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** The same Idempotency-Key and body make one task, however often they are sent. */
const server = startSharedServer();
let ada: Member;
let bob: Member;
beforeAll(async () => {
  ada = await server.join("ada");
  bob = await server.join("bob");
});

function submit(as: Member, key: string, json: unknown) {
  return send(server, "POST", "/taskapi/tasks/", { as, json, headers: { "Idempotency-Key": key } });
}

async function countOf(who: Member): Promise<number> {
  return (await who.client.call(contract.listTasks, { query: {} })).length;
}

it("the same body again answers 200 with the first task, also after it ended", async () => {
  const before = await countOf(ada);
  const first = await submit(ada, "again", { name: "once", command: "true" });
  expect(first.status).toBe(201);
  expect(first.headers.get("Idempotent-Replayed")).toBeNull();
  const { id } = first.body as { id: number };
  await ada.waitForEnd(id);
  const second = await submit(ada, "again", { command: "true", name: "once" });
  expect(second).toMatchObject({ status: 200, body: { id, status: "completed" } });
  expect(second.headers.get("Idempotent-Replayed")).toBe("true");
  expect(await countOf(ada)).toBe(before + 1);
});

it("many at once make one task", async () => {
  const before = await countOf(ada);
  const json = { name: "at once", command: "true" };
  const answers = await Promise.all(Array.from({ length: 12 }, () => submit(ada, "at once", json)));
  expect(answers.map((answer) => answer.status).toSorted()).toEqual([...Array(11).fill(200), 201]);
  expect(new Set(answers.map((answer) => (answer.body as { id: number }).id)).size).toBe(1);
  expect(await countOf(ada)).toBe(before + 1);
});

it("another body answers 422 and makes nothing", async () => {
  await submit(ada, "reused", { name: "one" });
  const before = await countOf(ada);
  for (const json of [{ name: "two" }, { name: "one", priority: 1 }, { name: "one", command: "true" }]) {
    const answer = await submit(ada, "reused", json);
    expect(answer).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
  }
  expect(await countOf(ada)).toBe(before);
});

it("a refused body does not use the key up", async () => {
  expect(await submit(ada, "corrected", { command: "" })).toMatchObject({ status: 400 });
  expect(await submit(ada, "corrected", { command: "true" })).toMatchObject({ status: 201 });
});

it("the same key of another user is another key", async () => {
  const hers = await submit(ada, "shared", { name: "hers" });
  const his = await submit(bob, "shared", { name: "his" });
  expect(hers).toMatchObject({ status: 201, body: { owner: "ada" } });
  expect(his).toMatchObject({ status: 201, body: { owner: "bob" } });
});

it.each([
  { length: 255, status: 201 },
  { length: 256, status: 400 },
  { length: 300, status: 400 },
  { length: 0, status: 400 },
])("a key of $length characters answers $status", async ({ length, status }) => {
  const answer = await submit(ada, "k".repeat(length), { name: "x" });
  expect(answer.status).toBe(status);
  if (status === 400) {
    const detail = "Idempotency-Key must have 1 to 255 characters.";
    expect(answer.body).toEqual({ detail, code: "bad_request" });
  }
});

it("keys are told apart exactly", async () => {
  const first = await submit(ada, "Case", { name: "case" });
  const second = await submit(ada, "case", { name: "case" });
  expect([first.status, second.status]).toEqual([201, 201]);
});

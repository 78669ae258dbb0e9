import { beforeAll, describe, expect, it } from "vitest";
import { type AccessToken, contract, type NewAccessToken } from "../../src/contract/index.ts";
import { type Exchange, send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Tokens that people make for programs, and the logins beside them. */
const server = startSharedServer();
beforeAll(async () => {
  await server.join("root");
});

const path = "/userapi/tokens/";
const me = (token: string) => send(server, "GET", "/userapi/me/", { headers: { Authorization: `Bearer ${token}` } });
const ask = (as: Member, json: unknown) => send(server, "POST", path, { as, json });

async function make(as: Member, json: Record<string, unknown>): Promise<NewAccessToken> {
  const { status, body } = await ask(as, json);
  expect(status).toBe(201);
  return body as NewAccessToken;
}

function list(as: Member): Promise<AccessToken[]> {
  return as.client.call(contract.listTokens, {});
}

function daysUntil(token: AccessToken): number {
  return (Date.parse(token.expires_at ?? "") - Date.parse(token.created_at)) / 86_400_000;
}

describe("a named token", () => {
  it("acts for its owner until it is revoked, and is told only once", async () => {
    const ada = await server.join("ada");
    const made = await make(ada, { name: " deploy " });
    expect(made).toEqual({
      ...{ id: expect.any(Number), name: "deploy", created_at: expect.any(String), current: false },
      ...{ last_used_at: null, expires_at: null, token: expect.stringMatching(/^utm_[\w-]{43}$/) },
    });
    expect(await me(made.token)).toMatchObject({ status: 200, body: { username: "ada" } });
    const listed = await send(server, "GET", path, { as: ada });
    expect(listed.body).toHaveLength(2);
    expect(listed.text).not.toContain(made.token);
    expect(listed.text).not.toContain("hash");
    const [login] = await list(ada);
    expect(login).toMatchObject({ name: null, expires_at: null, current: true, last_used_at: expect.any(String) });
    const revoked = await send(server, "DELETE", `${path}${made.id}/`, { as: ada });
    expect(revoked).toMatchObject({ status: 200, body: { detail: `Token ${made.id} is revoked.` } });
    expect(await me(made.token)).toMatchObject({ status: 401, body: { detail: "Invalid token." } });
    expect(await send(server, "DELETE", `${path}${made.id}/`, { as: ada })).toMatchObject({ status: 404 });
    expect(await list(ada)).toHaveLength(1);
  });

  it("cannot make or revoke others, nor set a password; it can end itself", async () => {
    const dan = await server.join("dan");
    const [one, other] = [await make(dan, { name: "one", expires_in_days: 1 }), await make(dan, { name: "other" })];
    const headers = { Authorization: `Token ${one.token}` };
    const refused = { status: 403, body: { code: "login_required", detail: expect.stringContaining("Log in") } };
    expect(await send(server, "POST", path, { headers, json: { name: "third" } })).toMatchObject(refused);
    expect(await send(server, "DELETE", `${path}${other.id}/`, { headers })).toMatchObject(refused);
    expect(await send(server, "PATCH", "/userapi/me/", { headers, json: { password: "another" } })).toMatchObject(
      refused,
    );
    const email = { email: "dan@new.example.com" };
    expect(await send(server, "PATCH", "/userapi/me/", { headers, json: email })).toMatchObject({ status: 200 });
    expect(await send(server, "DELETE", `${path}${one.id}/`, { headers })).toMatchObject({ status: 200 });
    expect(await list(dan)).toHaveLength(2);
  });

  it("knows which one asks, and when each was last used", async () => {
    const eve = await server.join("eve");
    const made = await make(eve, { name: "cron" });
    await me(made.token);
    const used = async () => (await list(eve)).find(({ id }) => id === made.id)?.last_used_at;
    const first = await waitFor("the use to be noted", used);
    expect(Math.abs(Date.parse(first) - Date.parse(made.created_at))).toBeLessThan(60_000);
    await me(made.token);
    expect(await used()).toBe(first);
    const byToken = await send(server, "GET", path, { headers: { Authorization: `Token ${made.token}` } });
    expect((byToken.body as AccessToken[]).map(({ name, current }) => [name, current])).toEqual([
      [null, false],
      ["cron", true],
    ]);
  });

  it("ends when it was said to, with a 401 that says so, and then its name is free", async () => {
    const ian = await server.join("ian");
    const expiresAt = new Date(Date.now() + 1500).toISOString();
    const made = await make(ian, { name: "short", expires_at: expiresAt });
    expect(made.expires_at).toBe(expiresAt);
    const refused = await waitFor("the token to expire", async () => {
      const answer = await me(made.token);
      return answer.status === 200 ? null : answer;
    });
    expect(refused).toMatchObject({
      status: 401,
      body: { detail: `This token expired at ${expiresAt}; a new one is needed.`, code: "token_expired" },
    });
    expect(refused.headers.get("WWW-Authenticate")).toBe("Token");
    expect((await list(ian)).map(({ name }) => name)).toEqual([null, "short"]);
    const next = await make(ian, { name: "short", expires_in_days: 90 });
    expect(daysUntil(next)).toBe(90);
    expect((await list(ian)).map(({ id }) => id)).toContain(next.id);
    expect(await list(ian)).toHaveLength(2);
    expect(await me(made.token)).toMatchObject({ status: 401, body: { detail: "Invalid token." } });
  });

  it("goes with a new password, and with the account", async () => {
    const root = { username: "root", password: "password of root" };
    const { token } = await server.client(null).call(contract.login, { body: root });
    const oda = await server.join("oda");
    const first = await make(oda, { name: "first" });
    await oda.client.call(contract.updateMe, { body: { password: "brand new" } });
    expect(await me(first.token)).toMatchObject({ status: 401, body: { detail: "Invalid token." } });
    expect((await list(oda)).map(({ current }) => current)).toEqual([true]);
    const second = await make(oda, { name: "first" });
    const body = { status: "disabled" as const };
    await server.client(token).call(contract.updateUser, { params: { id: oda.id }, body });
    expect(await me(second.token)).toMatchObject({ status: 401 });
  });
});

describe("a request that cannot be met", () => {
  let una: Member;
  beforeAll(async () => {
    una = await server.join("una");
    await make(una, { name: "taken" });
  });

  const taken = "You have a token with that name already. Revoke it, or choose another name.";
  it.each<[string, unknown, Record<string, string[]>]>([
    ["no name", {}, { name: ["This field is required."] }],
    ["a blank name", { name: "  " }, { name: ["This field may not be blank."] }],
    ["a long name", { name: "x".repeat(101) }, { name: ["Ensure this field has no more than 100 characters."] }],
    ["a name that is taken", { name: "taken" }, { name: [taken] }],
    [
      "a time that is over",
      { name: "late", expires_at: "2001-01-01T00:00:00Z" },
      { expires_at: ["This time is over. Give one that is to come."] },
    ],
    [
      "no days at all",
      { name: "late", expires_in_days: 0 },
      { expires_in_days: ["Ensure this value is greater than or equal to 1."] },
    ],
    [
      "two ends",
      { name: "late", expires_in_days: 1, expires_at: "2099-01-01T00:00:00Z" },
      { expires_at: ["Give either expires_in_days or expires_at."] },
    ],
  ])("%s is told by its field and changes nothing", async (_, json, body) => {
    expect(await ask(una, json)).toMatchObject({ status: 400, body });
    expect(await list(una)).toHaveLength(2);
  });

  it("the same name for somebody else is fine, and of 100 characters", async () => {
    const ute = await server.join("ute");
    await make(ute, { name: "taken" });
    expect((await make(ute, { name: "é".repeat(100) })).name).toHaveLength(100);
  });

  it("another's token looks like none, and stays", async () => {
    const uwe = await server.join("uwe");
    const theirs = await make(una, { name: "theirs" });
    const answers: Exchange[] = [];
    for (const id of [String(theirs.id), "999999", "x"]) {
      answers.push(await send(server, "DELETE", `${path}${id}/`, { as: uwe }));
    }
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await me(theirs.token)).toMatchObject({ status: 200 });
  });
});

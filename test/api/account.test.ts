import { beforeAll, describe, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { readRecord } from "../support/record.ts";
import { type Member, startServer, startSharedServer } from "../support/server.ts";

/** One's own account: changing it, logging in and out, and what is kept of it. */
const server = startSharedServer();
beforeAll(async () => {
  await server.join("root");
});

const login = (username: string, password: string, at: { url: string } = server) =>
  send(at, "POST", "/userapi/login/", { json: { username, password } });
const me = (token: string) => send(server, "GET", "/userapi/me/", { headers: { Authorization: `Token ${token}` } });

async function tokenOf(member: Member): Promise<string> {
  const { body } = await login(member.username, member.password);
  return (body as { token: string }).token;
}

describe("a new password", () => {
  it.each(["PATCH", "PUT"])("by %s keeps the token that set it, ends every other, and the old one", async (method) => {
    const ada = await server.join(`ada_${method}`);
    const others = [await tokenOf(ada), await tokenOf(ada)];
    const stranger = await server.join(`stranger_${method}`);
    const json = { username: ada.username, email: `${ada.username}@example.com`, password: "brand new" };
    expect(await send(server, method, "/userapi/me/", { as: ada, json })).toMatchObject({ status: 200 });
    expect(await me(ada.token)).toMatchObject({ status: 200 });
    for (const token of others) {
      expect(await me(token)).toMatchObject({ status: 401, body: { detail: "Invalid token." } });
    }
    expect(await me(stranger.token)).toMatchObject({ status: 200 });
    expect(await login(ada.username, ada.password)).toMatchObject({ status: 400 });
    expect(await login(ada.username, "brand new")).toMatchObject({ status: 200 });
  });
});

describe("a change without a new password", () => {
  it("ends nothing, and changes only what is given", async () => {
    const eve = await server.join("eve");
    const other = await tokenOf(eve);
    const before = (await me(eve.token)).body as { updated_at: string };
    const answer = await send(server, "PATCH", "/userapi/me/", { as: eve, json: { email: "new@example.com" } });
    expect(answer).toMatchObject({ status: 200, body: { username: "eve", email: "new@example.com" } });
    expect((answer.body as typeof before).updated_at >= before.updated_at).toBe(true);
    expect(await me(other)).toMatchObject({ status: 200, body: { email: "new@example.com" } });
  });

  it("cannot make one an admin", async () => {
    const mallory = await server.join("mallory");
    const json = { role: "admin", status: "active", permissions: ["manage_users"], id: 1 };
    expect(await send(server, "PATCH", "/userapi/me/", { as: mallory, json })).toMatchObject({
      status: 200,
      body: { id: mallory.id, role: "member" },
    });
  });

  it("that is refused for one field changes none", async () => {
    const zoe = await server.join("zoe");
    const json = { username: "zoe_2", email: "nobody", password: "other" };
    expect(await send(server, "PATCH", "/userapi/me/", { as: zoe, json })).toMatchObject({ status: 400 });
    const taken = { username: "root", email: "zoe_2@example.com", password: "other" };
    expect(await send(server, "PUT", "/userapi/me/", { as: zoe, json: taken })).toMatchObject({ status: 400 });
    expect(await me(zoe.token)).toMatchObject({ body: { username: "zoe", email: "zoe@example.com" } });
    expect(await login("zoe", zoe.password)).toMatchObject({ status: 200 });
  });

  it("renames one, and what one owns goes along", async () => {
    const old = await server.join("old_name");
    const { id } = await old.submit({ name: "mine", run_at: "2099-01-01T00:00:00Z" });
    await old.client.call(contract.updateMe, { body: { username: "new_name" } });
    expect(await old.get(id)).toMatchObject({ owner: "new_name" });
    expect(await login("old_name", old.password)).toMatchObject({ status: 400 });
  });
});

it("an address that differs only in case is taken", async () => {
  const json = { username: "another", email: "ROOT@EXAMPLE.COM", password: "x" };
  const answer = await send(server, "POST", "/userapi/register/", { json });
  expect(answer).toMatchObject({ status: 400, body: { email: ["A user with that email already exists."] } });
});

describe("logging out", () => {
  it("revokes this token and no other", async () => {
    const ada = await server.join("leaver");
    const other = await tokenOf(ada);
    expect(await send(server, "POST", "/userapi/logout", { as: ada })).toMatchObject({ status: 200 });
    expect(await me(ada.token)).toMatchObject({ status: 401, body: { detail: "Invalid token." } });
    expect(await send(server, "POST", "/userapi/logout/", { as: ada })).toMatchObject({ status: 401 });
    expect(await me(other)).toMatchObject({ status: 200 });
  });
});

describe("what is kept", () => {
  it("is a hash of each token and an argon2id of each password, and neither itself", async () => {
    const keeper = await server.join("keeper");
    const record = await readRecord(server);
    const everything = JSON.stringify(record);
    expect(everything).toContain("keeper@example.com");
    expect(everything).not.toContain(keeper.token);
    expect(everything).not.toContain(keeper.password);
    const hashes = record.users?.map((user) => String(user.password_hash)) ?? [];
    expect(hashes.length).toBeGreaterThan(1);
    for (const hash of hashes) {
      expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
    }
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(record.tokens?.every((token) => /^[0-9a-f]{64}$/.test(String(token.hash)))).toBe(true);
  });
});

describe("too many tries", () => {
  it("to log in are slowed down, for this name only, also with the right password", async () => {
    const limited = await startServer({ environment: { UTM_LOGINS_PER_MINUTE: "3" } });
    const json = (username: string) => ({ username, email: `${username}@example.com`, password: "right" });
    for (const username of ["ada", "bob"]) {
      await send(limited, "POST", "/userapi/register/", { json: json(username) });
    }
    for (let count = 0; count < 3; count += 1) {
      expect(await login("ada", "wrong", limited)).toMatchObject({ status: 400 });
    }
    const refused = await login("ada", "right", limited);
    expect(refused).toMatchObject({ status: 429, body: { code: "too_many_requests" } });
    const seconds = Number(refused.headers.get("Retry-After"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(refused.body).toMatchObject({ detail: `Too many requests. Try again in ${seconds} s.` });
    expect(await login("bob", "right", limited)).toMatchObject({ status: 200 });
  });

  it("to register are slowed down", async () => {
    const limited = await startServer({ environment: { UTM_REGISTRATIONS_PER_HOUR: "2" } });
    const statuses = [];
    for (const username of ["one", "two", "three"]) {
      const json = { username, email: `${username}@example.com`, password: "x" };
      const answer = await send(limited, "POST", "/userapi/register/", { json });
      statuses.push(answer.status);
      expect(answer.headers.get("Retry-After") !== null).toBe(answer.status === 429);
    }
    expect(statuses).toEqual([201, 201, 429]);
  });
});

import { describe, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startServer, startSharedServer } from "../support/server.ts";

/** Who gets in, who is in charge, whose tasks an admin sees. */
const register = (at: { url: string }, username: string) =>
  send(at, "POST", "/userapi/register/", {
    json: { username, email: `${username}@example.com`, password: `password of ${username}` },
  });
const login = (at: { url: string }, username: string) =>
  send(at, "POST", "/userapi/login/", { json: { username, password: `password of ${username}` } });
const change = (at: { url: string }, admin: Member, id: number, json: unknown) =>
  send(at, "PATCH", `/userapi/users/${id}/`, { as: admin, json });

describe("free commands for everyone", () => {
  const open = startSharedServer({ environment: { UTM_FREE_COMMANDS: "everyone" } });

  it("lets a member type them, says so at start, and leaves a viewer as it was", async () => {
    const admin = await open.join("root");
    const member = await open.join("ada");
    const { id } = await member.submit({ command: "echo mine", cwd: "/", env: { A: "1" } });
    expect(await member.waitForEnd(id)).toMatchObject({ status: "completed" });
    const me = await member.client.call(contract.me, {});
    expect(me).toMatchObject({ role: "member", permissions: expect.arrayContaining(["run_commands"]) });
    expect(open.output).toContain("everyone who may submit a task");
    await admin.giveRole(member, "viewer");
    const answer = await send(open, "POST", "/taskapi/tasks/", { as: member, json: { command: "true" } });
    expect(answer).toMatchObject({ status: 403, body: { detail: expect.stringContaining("(create_tasks)") } });
  });
});

describe("registration", () => {
  it("makes the first user admin, the others members, also when all register at once", async () => {
    const server = await startServer();
    const names = ["one", "two", "three", "four"];
    const answers = await Promise.all(names.map((name) => register(server, name)));
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201]);
    const roles = [];
    for (const name of names) {
      const { token } = (await login(server, name)).body as { token: string };
      roles.push((await server.client(token).call(contract.me, {})).role);
    }
    expect(roles.toSorted()).toEqual(["admin", "member", "member", "member"]);
  });

  it("closed: only the first one gets in", { tags: ["whole"] }, async () => {
    const server = await startServer({ environment: { UTM_REGISTRATION: "closed" } });
    expect(await register(server, "root")).toMatchObject({ status: 201 });
    const refused = await register(server, "ada");
    expect(refused).toMatchObject({ status: 403, body: { code: "registration_closed" } });
    expect(await send(server, "GET", "/info")).toMatchObject({ body: { registration: "closed", has_users: true } });
  });

  it("by approval: one waits until an admin says yes", { tags: ["whole"] }, async () => {
    const server = await startServer({ environment: { UTM_REGISTRATION: "approval" } });
    const admin = await server.join("root");
    const { id } = (await register(server, "ada")).body as { id: number };
    const detail = "This account is waiting for an admin's approval. Ask an admin.";
    expect(await login(server, "ada")).toMatchObject({ status: 403, body: { detail, code: "account_not_active" } });
    const users = await admin.client.call(contract.listUsers, {});
    expect(users.map((user) => user.status)).toEqual(["active", "awaiting_approval"]);
    expect(await change(server, admin, id, { status: "active" })).toMatchObject({
      status: 200,
      body: { role: "member" },
    });
    expect(await login(server, "ada")).toMatchObject({ status: 200 });
  });
});

describe("an admin", () => {
  const server = startSharedServer();
  const cast = async () => ({
    admin: await server.join("root"),
    ada: await server.join("ada"),
    bob: await server.join("bob"),
  });
  let people: ReturnType<typeof cast> | undefined;
  const everyone = () => (people ??= cast());

  it("who is the last cannot be demoted or disabled, until there is another", async () => {
    const { admin, ada } = await everyone();
    for (const json of [
      { role: "member" },
      { role: "viewer" },
      { status: "disabled" },
      { status: "awaiting_approval" },
    ]) {
      const answer = await change(server, admin, admin.id, json);
      expect(answer).toMatchObject({ status: 409, body: { code: "last_admin" } });
    }
    expect(await admin.client.call(contract.me, {})).toMatchObject({ role: "admin" });
    await admin.giveRole(ada, "admin");
    expect(await change(server, admin, admin.id, { role: "member" })).toMatchObject({ status: 200 });
    expect(await change(server, ada, admin.id, { role: "admin" })).toMatchObject({ status: 200 });
    await admin.giveRole(ada, "member");
  });

  it("disables an account: its tokens stop working, it cannot log in, and its tasks run on", async () => {
    const { admin } = await everyone();
    const eve = await server.join("eve");
    await admin.giveRole(eve, "operator");
    const { id } = await eve.submit({ command: "sleep 600" });
    await eve.waitForStatus(id, "running");
    expect(await change(server, admin, eve.id, { status: "disabled" })).toMatchObject({ status: 200 });
    const refused = await send(server, "GET", "/userapi/me/", { as: eve });
    expect(refused).toMatchObject({ status: 401, body: { detail: "Invalid token." } });
    const detail = "This account is disabled. Ask an admin.";
    expect(await login(server, "eve")).toMatchObject({ status: 403, body: { detail } });
    expect(await admin.get(id)).toMatchObject({ status: "running" });
    await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: admin });
    await change(server, admin, eve.id, { status: "active" });
    expect(await send(server, "GET", "/userapi/me/", { as: eve })).toMatchObject({ status: 401 });
    expect(await login(server, "eve")).toMatchObject({ status: 200 });
  });

  it.each([
    { id: 999_999, json: { role: "member" }, status: 404 },
    { id: "x", json: { role: "member" }, status: 404 },
    { id: 1, json: { role: "king" }, status: 400 },
    { id: 1, json: { status: "gone" }, status: 400 },
  ])("cannot do what makes no sense: user $id $json", async ({ id, json, status }) => {
    const { admin } = await everyone();
    const answer = await send(server, "PATCH", `/userapi/users/${id}/`, { as: admin, json });
    expect(answer.status).toBe(status);
  });

  it("sees others' tasks by id and with ?owner=, and not in the list of one's own", async () => {
    const { admin, ada, bob } = await everyone();
    const hers = await ada.submit({ name: "hers" });
    const his = await bob.submit({ name: "his" });
    const idsOf = async (query: string) => {
      const { body } = await send(server, "GET", `/taskapi/tasks/${query}`, { as: admin });
      return (body as { id: number }[]).map((task) => task.id);
    };
    expect(await admin.get(hers.id)).toMatchObject({ owner: "ada", name: "hers" });
    expect(await idsOf("")).not.toContain(hers.id);
    expect(await idsOf("?owner=ada")).toEqual([hers.id]);
    expect(await idsOf("?owner=*")).toEqual(expect.arrayContaining([hers.id, his.id]));
    const unknown = await send(server, "GET", "/taskapi/tasks/?owner=nobody", { as: admin });
    expect(unknown).toMatchObject({ status: 400, body: { owner: ["There is no user named nobody."] } });
    await admin.client.call(contract.updateTask, { params: { id: hers.id }, body: { description: "seen" } });
    expect(await ada.get(hers.id)).toMatchObject({ description: "seen" });
  });

  it("is the only one who may: ?owner= of others is refused", async () => {
    const { ada } = await everyone();
    for (const path of ["/taskapi/tasks/?owner=bob", "/taskapi/tasks/?owner=*", "/taskapi/stream/?owner=bob"]) {
      const answer = await send(server, "GET", path, { as: ada });
      expect(answer).toMatchObject({ status: 403, body: { detail: expect.stringContaining("(view_all_tasks)") } });
    }
    expect(await send(server, "GET", "/taskapi/tasks/?owner=ada", { as: ada })).toMatchObject({ status: 200 });
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { type Exchange, send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/**
 * Old clients: the accounts. Each row of the table of paths, methods, statuses and bodies they were written for, with
 * and without the trailing slash.
 */
const server = startSharedServer();
const required = ["This field is required."];
const blank = ["This field may not be blank."];
const wrongPair = { non_field_errors: ["Unable to log in with provided credentials."] };
const userFields = ["created_at", "email", "id", "updated_at", "username"];

let ada: Member;
beforeAll(async () => {
  await server.join("root");
  ada = await server.join("ada");
});

describe.each([
  { form: "with the trailing slash", slash: "/" },
  { form: "without it", slash: "" },
])("accounts, $form", ({ slash }) => {
  const suffix = slash === "/" ? "_1" : "_2";
  const register = (json: unknown): Promise<Exchange> => send(server, "POST", `/userapi/register${slash}`, { json });
  const login = (json: unknown): Promise<Exchange> => send(server, "POST", `/userapi/login${slash}`, { json });

  it("register answers 201 with the account and never the password", async () => {
    const given = { username: `eve${suffix}`, email: `eve${suffix}@example.com`, password: "a secret" };
    const { status, body, text } = await register(given);
    expect(status).toBe(201);
    expect(Object.keys(body as object).toSorted()).toEqual(userFields);
    expect(body).toMatchObject({ id: expect.any(Number), username: given.username, email: given.email });
    expect(text).not.toContain("secret");
  });

  it.each([
    { given: {}, errors: { username: required, email: required, password: required } },
    { given: { username: "", email: "", password: "" }, errors: { username: blank, email: blank, password: blank } },
    {
      given: { username: "ab", email: "nobody", password: "x" },
      errors: {
        username: ["Ensure this field has at least 3 characters."],
        email: ["Enter a valid email address."],
      },
    },
    {
      given: { username: "a".repeat(151), email: "x@example.com", password: "x" },
      errors: { username: ["Ensure this field has no more than 150 characters."] },
    },
    {
      given: { username: "no spaces", email: "x@example.com" },
      errors: { username: ["Use only letters, digits and underscores."], password: required },
    },
    {
      given: { username: "ada", email: "ada@example.com", password: "x" },
      errors: {
        username: ["A user with that username already exists."],
        email: ["A user with that email already exists."],
      },
    },
    {
      given: { username: 5, email: true, password: ["x"] },
      errors: {
        username: ["Not a valid string."],
        email: ["Not a valid string."],
        password: ["Not a valid string."],
      },
    },
  ])("register names all bad fields at once: $given", async ({ given, errors }) => {
    const answer = await register(given);
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body).toEqual(errors);
  });

  it.each(["abc", "a".repeat(150), "A_1"])("register takes the username %s", async (username) => {
    const unique = `${username.slice(0, 148)}${suffix}`;
    const answer = await register({ username: unique, email: `${unique.slice(-20)}@example.com`, password: "x" });
    expect(answer.status).toBe(201);
  });

  it("login answers 200 with a token that works", async () => {
    const { status, body } = await login({ username: "ada", password: ada.password });
    expect(status).toBe(200);
    expect(body).toEqual({
      token: expect.stringMatching(/^\S{20,}$/),
      user_id: ada.id,
      username: "ada",
      email: "ada@example.com",
    });
    const { token } = body as { token: string };
    const me = await send(server, "GET", `/userapi/me${slash}`, { headers: { Authorization: `Token ${token}` } });
    expect(me).toMatchObject({ status: 200, body: { id: ada.id } });
  });

  it.each([
    { given: { username: "ada", password: "wrong" }, errors: wrongPair },
    { given: { username: "nobody_here", password: "wrong" }, errors: wrongPair },
    { given: { username: "a", password: "x" }, errors: wrongPair },
    { given: {}, errors: { username: required, password: required } },
    { given: { username: "", password: "" }, errors: { username: blank, password: blank } },
  ])("login refuses $given with 400", async ({ given, errors }) => {
    const answer = await login(given);
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body).toEqual(errors);
  });

  it("me answers 200 with the account", async () => {
    const { status, body } = await send(server, "GET", `/userapi/me${slash}`, { as: ada });
    expect(status).toBe(200);
    expect(Object.keys(body as object)).toEqual(expect.arrayContaining(userFields));
    expect(body).toMatchObject({ id: ada.id, username: "ada", email: "ada@example.com" });
    expect(body).not.toHaveProperty("password");
  });

  it.each(["PATCH", "PUT"])("%s me answers 200 with the changed account", async (method) => {
    const who = await server.join(`changer_${method}${suffix}`);
    const username = `changed_${method}${suffix}`;
    const json = { username, email: `${username}@example.com`, password: "a new secret" };
    const answer = await send(server, method, `/userapi/me${slash}`, { as: who, json });
    expect(answer).toMatchObject({ status: 200, body: { id: who.id, username, email: `${username}@example.com` } });
    expect(await login({ username, password: who.password })).toMatchObject({ status: 400, body: wrongPair });
    expect(await login({ username, password: "a new secret" })).toMatchObject({ status: 200 });
  });

  it.each([
    { method: "PATCH", given: { username: "" }, errors: { username: blank } },
    {
      method: "PATCH",
      given: { username: "root", email: "bad" },
      errors: { email: ["Enter a valid email address."] },
    },
    {
      method: "PATCH",
      given: { username: "root" },
      errors: { username: ["A user with that username already exists."] },
    },
    { method: "PUT", given: { username: "ada" }, errors: { email: required, password: required } },
  ])("$method me validates like register: $given", async ({ method, given, errors }) => {
    const answer = await send(server, method, `/userapi/me${slash}`, { as: ada, json: given });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body).toEqual(errors);
  });

  it("PATCH me with one's own unchanged username is fine", async () => {
    const answer = await send(server, "PATCH", `/userapi/me${slash}`, { as: ada, json: { username: "ada" } });
    expect(answer).toMatchObject({ status: 200, body: { username: "ada" } });
  });

  it("DELETE me answers 405", async () => {
    const answer = await send(server, "DELETE", `/userapi/me${slash}`, { as: ada });
    expect(answer).toMatchObject({ status: 405, body: { detail: 'Method "DELETE" not allowed.' } });
    expect(answer.headers.get("Allow")).toBe("GET, PUT, PATCH, HEAD, OPTIONS");
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import type { Exchange, Sent } from "../support/http.ts";
import { expectRefusal } from "../support/refusal.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/**
 * Bodies that cannot be right. Each is refused in the API's shape and with a registered code, changes nothing in the
 * record, and is no error of the server's: its log stays silent.
 */
const server = startSharedServer();
let ada: Member;
let task: string;
beforeAll(async () => {
  ada = await server.join("ada");
  task = `/taskapi/tasks/${(await ada.submit({ name: "kept", run_at: "2099-01-01T00:00:00Z" })).id}/`;
});

function refused(method: string, path: string, sent: Sent, status: number): Promise<Exchange> {
  return expectRefusal(server, ada, { method, path, sent, status });
}

const post = (json: unknown) => refused("POST", "/taskapi/tasks/", { json }, 400);

describe("a body", () => {
  it.each(["{", '{"name":"x"', "[1,", "\u0000", "NaN", "{'name': 'x'}"])("of broken JSON: %j", async (body) => {
    const answer = await refused("POST", "/taskapi/tasks/", { body }, 400);
    expect(answer.body).toMatchObject({ code: "parse_error" });
  });

  it.each([
    { json: [], kind: "list" },
    { json: [{ name: "x" }], kind: "list" },
    { json: "name", kind: "string" },
    { json: 7, kind: "number" },
    { json: true, kind: "boolean" },
  ])("that is a $kind", async ({ json, kind }) => {
    const answer = await post(json);
    const message = `Invalid data. Expected a dictionary, but got ${kind}.`;
    expect(answer.body).toEqual({ non_field_errors: [message] });
  });

  it.each([{ body: "" }, { body: "null" }, {}])("that is empty misses what is required: %j", async (sent) => {
    const answer = await refused("POST", "/taskapi/tasks/", sent, 400);
    expect(answer.body).toEqual({ name: ["This field is required."] });
  });

  it("of 10 MB", async () => {
    const answer = await refused("POST", "/taskapi/tasks/", { json: { name: "x".repeat(10_000_000) } }, 413);
    expect(answer.body).toMatchObject({ code: "body_too_large" });
    // Closing it while the client still sends would break its request before it sees the answer.
    expect(answer.headers.get("Connection")).not.toBe("close");
  });

  it("of 10 MB to a path that needs no token", async () => {
    await refused("POST", "/userapi/register/", { json: { username: "x".repeat(10_000_000) } }, 413);
  });

  it.each(["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "of media type %s",
    async (type) => {
      const answer = await refused(
        "POST",
        "/taskapi/tasks/",
        { body: "name=x", headers: { "Content-Type": type } },
        415,
      );
      expect(answer.body).toMatchObject({ detail: expect.stringContaining(type.split(";", 1)[0] ?? "") });
    },
  );

  it("deep enough to overflow a stack", async () => {
    await refused("POST", "/taskapi/tasks/", { body: `{"env":${"[".repeat(100_000)}${"]".repeat(100_000)}}` }, 400);
  });

  it("that would change what all objects have", async () => {
    await refused(
      "POST",
      "/taskapi/tasks/",
      { body: '{"__proto__":{"name":"x"},"constructor":{"prototype":{}}}' },
      400,
    );
  });
});

describe("a field of a wrong type", () => {
  const wrong: Record<string, unknown[]> = {
    name: [1, true, [], {}],
    description: [1, false, ["x"], {}],
    command: [1, ["true"], {}],
    argv: ["true", {}, [1], [null], [["x"]]],
    script: ["echo", [], 5, { body: 5 }, { body: "x", interpreter: 5 }],
    cwd: [1, [], {}],
    env: ["A=1", ["A"], { A: 1 }, { A: null }],
    stdin: [1, [], {}],
    queue: [1, []],
    priority: ["1", 1.5, [], true, 1e300],
    run_at: [1, true, {}],
    tags: ["a", [1], [null], {}],
    timeout_seconds: ["1", [], true],
    kill_grace_seconds: ["1", {}, false],
  };
  const cases = Object.entries(wrong).flatMap(([field, values]) => values.map((value) => ({ field, value })));

  it.each(cases)("$field: $value", async ({ field, value }) => {
    const program = field === "argv" || field === "script" || field === "command" ? {} : { command: "true" };
    const answer = await post({ name: "x", ...program, [field]: value });
    expect(Object.keys(answer.body as object)).toEqual([field]);
  });
});

describe("text that no process and no database could take", () => {
  const texts = { "a NUL byte": "a\0b", "half a surrogate pair": "a\ud800b", "the other half": "\udc00" };
  const places: Record<string, (text: string) => unknown> = {
    name: (text) => ({ name: text }),
    description: (text) => ({ name: "x", description: text }),
    command: (text) => ({ command: `echo ${text}` }),
    argv: (text) => ({ argv: ["echo", text] }),
    script: (text) => ({ script: { body: text } }),
    cwd: (text) => ({ command: "true", cwd: `/${text}` }),
    env: (text) => ({ command: "true", env: { A: text } }),
    stdin: (text) => ({ command: "true", stdin: text }),
    tags: (text) => ({ command: "true", tags: [text] }),
  };
  const cases = Object.entries(places).flatMap(([field, make]) =>
    Object.entries(texts).map(([what, text]) => ({ field, what, json: make(text) })),
  );

  it.each(cases)("$what in $field", async ({ field, json }) => {
    const answer = await post(json);
    expect(Object.keys(answer.body as object)).toEqual([field]);
  });

  it.each(["username", "email"])("a NUL byte in %s", async (field) => {
    const account = { username: "eve", email: "eve@example.com", password: "secret", [field]: "eve\0" };
    await refused("POST", "/userapi/register/", { json: account }, 400);
    await refused("POST", "/userapi/register/", { json: { ...account, [field]: "eve\ud800" } }, 400);
  });

  it("a NUL byte in what one logs in with", async () => {
    await refused("POST", "/userapi/login/", { json: { username: "ada\0", password: "x\0" } }, 400);
  });
});

describe("a name", () => {
  it.each([
    { name: "n".repeat(256), message: "Ensure this field has no more than 255 characters." },
    { name: "", message: "This field may not be blank." },
    { name: " \t\n ", message: "This field may not be blank." },
    { name: null, message: "This field may not be null." },
  ])("that cannot be one, new or edited: $message", async ({ name, message }) => {
    for (const [method, path] of [
      ["POST", "/taskapi/tasks/"],
      ["PUT", task],
      ["PATCH", task],
    ] as const) {
      const answer = await refused(method, path, { json: { name, command: "true" } }, 400);
      expect(answer.body).toEqual({ name: [message] });
    }
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { type Exchange, send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** Old clients: what holds for every path. */
const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

describe("the token", () => {
  it.each(["Token", "Bearer", "token", "BEARER"])("is taken after the word %s", async (word) => {
    const headers = { Authorization: `${word} ${ada.token}` };
    expect(await send(server, "GET", "/userapi/me/", { headers })).toMatchObject({ status: 200, body: { id: ada.id } });
  });
});

describe("a page of another origin, or opened from a file", () => {
  it.each(["null", "https://elsewhere.example"])("Origin: %s may read answers and refusals", async (origin) => {
    const headers = { Origin: origin };
    const answers = [
      await send(server, "GET", "/taskapi/tasks/", { as: ada, headers }),
      await send(server, "GET", "/taskapi/tasks/", { headers }),
      await send(server, "POST", "/userapi/login/", { json: {}, headers }),
      await send(server, "GET", "/taskapi/tasks/999999/", { as: ada, headers }),
      await send(server, "DELETE", "/userapi/me/", { as: ada, headers }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([200, 401, 400, 404, 405]);
    for (const answer of answers) {
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(answer.headers.get("Access-Control-Allow-Credentials")).toBeNull();
      expect(answer.headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
    }
  });

  it.each([
    ["POST", "/userapi/login/"],
    ["PATCH", "/userapi/me"],
    ["POST", "/taskapi/tasks/"],
    ["PUT", "/taskapi/tasks/1/"],
    ["DELETE", "/taskapi/tasks/1"],
    ["GET", "/taskapi/tasks/1/output/"],
  ])("asks first for %s %s and is let through without a token", async (method, path) => {
    const wanted = "authorization,content-type,idempotency-key,range";
    const answer = await send(server, "OPTIONS", path, {
      headers: { Origin: "null", "Access-Control-Request-Method": method, "Access-Control-Request-Headers": wanted },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(answer.headers.get("Access-Control-Allow-Methods")?.split(", ")).toContain(method);
    expect(answer.headers.get("Access-Control-Allow-Headers")).toBe(wanted);
  });
});

describe("broken JSON", () => {
  it.each([
    { method: "POST", path: "/userapi/register/" },
    { method: "POST", path: "/userapi/login/" },
    { method: "PATCH", path: "/userapi/me/", as: true },
    { method: "POST", path: "/taskapi/tasks/", as: true },
  ])("$method $path says where it breaks", async ({ method, path, as }) => {
    for (const body of ['{"name": ', "{name: 1}", "nothing", '{"name": "x"} more']) {
      const answer = await send(server, method, path, { as: as === true ? ada : undefined, body });
      expect(answer.status, body).toBe(400);
      expect(answer.body).toEqual({ detail: expect.stringMatching(/^JSON parse error - ./), code: "parse_error" });
    }
  });
});

describe("a method that a path does not have", () => {
  it.each([
    { method: "GET", path: "/userapi/register/", allow: "POST, OPTIONS" },
    { method: "GET", path: "/userapi/login/", allow: "POST, OPTIONS" },
    { method: "POST", path: "/userapi/me/", allow: "GET, PUT, PATCH, HEAD, OPTIONS" },
    { method: "DELETE", path: "/taskapi/tasks/", allow: "GET, POST, HEAD, OPTIONS" },
    { method: "PATCH", path: "/taskapi/tasks", allow: "GET, POST, HEAD, OPTIONS" },
    { method: "POST", path: "/taskapi/tasks/1/", allow: "GET, PUT, PATCH, DELETE, HEAD, OPTIONS" },
    { method: "GET", path: "/taskapi/tasks/1/kill/", allow: "POST, OPTIONS" },
    { method: "POST", path: "/taskapi/tasks/1/output/", allow: "GET, HEAD, OPTIONS" },
    { method: "POST", path: "/healthz", allow: "GET, HEAD, OPTIONS" },
  ])("$method $path answers 405 and names those it has", async ({ method, path, allow }) => {
    const answer = await send(server, method, path, { as: ada });
    expect(answer.status).toBe(405);
    expect(answer.body).toEqual({ detail: `Method "${method}" not allowed.`, code: "method_not_allowed" });
    expect(answer.headers.get("Allow")).toBe(allow);
  });

  it("answers HEAD like GET without the body", async () => {
    const { id } = await ada.submit({ command: "echo some output" });
    await ada.waitForEnd(id);
    for (const path of ["/taskapi/tasks/", "/userapi/me/", `/taskapi/tasks/${id}/output/`]) {
      const answer = await send(server, "HEAD", path, { as: ada });
      expect(answer).toMatchObject({ status: 200, text: "" });
    }
  });
});

describe("the fields of a request", () => {
  it("that nobody knows are ignored", async () => {
    const json = { name: "x", description: "y", id: 77, status: "completed", owner: "bob", colour: "red", _x: [{}] };
    const answer = await send(server, "POST", "/taskapi/tasks/", { as: ada, json });
    expect(answer).toMatchObject({ status: 201, body: { name: "x", status: "pending", owner: "ada" } });
    expect(answer.body).not.toHaveProperty("colour");
  });

  it.each([
    { json: { name: 5 }, errors: { name: ["Not a valid string."] } },
    { json: { name: null, command: "true" }, errors: { name: ["This field may not be null."] } },
    { json: { name: "x", priority: "high" }, errors: { priority: ["A valid number is required."] } },
    { json: { name: "x", tags: "one" }, errors: { tags: ["Expected a list of items."] } },
  ])("of a wrong type are named: $json", async ({ json, errors }) => {
    const answer = await send(server, "POST", "/taskapi/tasks/", { as: ada, json });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(errors);
  });
});

describe("the values of answers", () => {
  it("are times with Z, integer ids and statuses in lower case", async () => {
    const ids = [];
    for (const command of ["true", "false", "sleep 600"]) {
      ids.push((await ada.submit({ command })).id);
    }
    await ada.waitForEnd(ids[0] ?? 0);
    await ada.waitForEnd(ids[1] ?? 0);
    await send(server, "DELETE", `/taskapi/tasks/${ids[2]}/`, { as: ada });
    const answers: Exchange[] = [
      await send(server, "GET", "/userapi/me/", { as: ada }),
      await send(server, "GET", "/taskapi/tasks/", { as: ada }),
      await send(server, "GET", `/taskapi/tasks/${ids[0]}/attempts/`, { as: ada }),
    ];
    const seen = new Set<string>();
    for (const answer of answers) {
      expect(answer.headers.get("Content-Type")).toBe("application/json; charset=utf-8");
      checkValues(answer.body, seen);
    }
    expect([...seen]).toEqual(expect.arrayContaining(["completed", "failed", "killed"]));
  });
});

/** Walks a body, whatever its shape; collects the statuses it finds. */
function checkValues(value: unknown, statuses: Set<string>): void {
  for (const [key, inner] of Object.entries(value ?? {})) {
    if (key.endsWith("_at") && inner !== null) {
      expect(inner).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
    } else if (key === "id" || key.endsWith("_id")) {
      expect(Number.isSafeInteger(inner)).toBe(true);
    } else if (key === "status") {
      expect(inner).toMatch(/^(pending|running|completed|failed|killed)$/);
      statuses.add(String(inner));
    } else if (typeof inner === "object") {
      checkValues(inner, statuses);
    }
  }
}

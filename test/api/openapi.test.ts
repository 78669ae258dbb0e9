import { beforeAll, describe, expect, it } from "vitest";
import { contract, type Endpoint, type EndpointName } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** The API describes itself, and its answers are what the contract says they are. */
const server = startSharedServer();
let ada: Member;
let bob: Member;
beforeAll(async () => {
  ada = await server.join("ada");
  bob = await server.join("bob");
});

const endpoints = Object.entries(contract) as [EndpointName, Endpoint][];

type Operation = {
  summary?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; schema?: unknown }[];
  requestBody?: { content: Record<string, { schema: { properties?: Record<string, unknown> } }> };
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
};
type Description = { openapi: string; info: { version: string }; paths: Record<string, Record<string, Operation>> };

describe("/openapi.json", () => {
  let description: Description;
  beforeAll(async () => {
    const answer = await send(server, "GET", "/openapi.json");
    expect(answer.status).toBe(200);
    description = answer.body as Description;
  });

  it("is OpenAPI 3.1", () => {
    expect(description.openapi).toMatch(/^3\.1\./);
    expect(description.info.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it.each(endpoints)("describes %s", (_, endpoint) => {
    const operation = description.paths[openApiPath(endpoint)]?.[endpoint.method.toLowerCase()];
    expect(operation).toBeDefined();
    expect(operation?.summary).toBe(endpoint.summary);
    expect(operation?.security).toEqual(endpoint.access === "public" ? [] : [{ token: [] }]);
    expect(Object.keys(operation?.responses ?? {})).toContain(
      endpoint.kind === "json" ? String(endpoint.status) : "200",
    );
    const parameters = (operation?.parameters ?? []).map((parameter) => parameter.name);
    expect(parameters).toEqual(expect.arrayContaining(endpoint.path.includes(":id") ? ["id"] : []));
    expect(operation?.requestBody !== undefined).toBe(endpoint.body !== undefined);
  });

  it("describes nothing else", () => {
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const known = endpoints.map(([, endpoint]) => `${endpoint.method.toLowerCase()} ${openApiPath(endpoint)}`);
    expect(described.toSorted()).toEqual(known.toSorted());
  });

  it("names the fields and the parameters, with their types", () => {
    const submit = description.paths["/taskapi/tasks/"]?.post;
    const fields = submit?.requestBody?.content["application/json"]?.schema.properties ?? {};
    expect(Object.keys(fields)).toEqual(
      expect.arrayContaining(["name", "command", "argv", "script", "cwd", "timeout_seconds"]),
    );
    const list = description.paths["/taskapi/tasks/"]?.get?.parameters ?? [];
    const limit = list.find((parameter) => parameter.name === "limit");
    expect(limit).toMatchObject({ in: "query", schema: { type: "integer", minimum: 1, maximum: 10_000 } });
    const answer = submit?.responses["201"]?.content?.["application/json"]?.schema;
    expect(answer).toMatchObject({ properties: { id: { type: "integer" }, completed_at: {} } });
  });
});

function openApiPath(endpoint: Endpoint): string {
  return endpoint.path.replace(/:(\w+)/g, "{$1}");
}

describe("every JSON answer of a normal walk is what the contract says", () => {
  /** Asks, and checks the answer against the schema of the endpoint, which may know every field that leaves. */
  async function walk(name: EndpointName, path: string, as: Member | undefined, json?: unknown, status?: number) {
    const endpoint: Endpoint = contract[name];
    const answer = await send(server, endpoint.method, path, { as, json });
    expect(answer.status, `${name} ${answer.text}`).toBe(status ?? endpoint.status);
    const parsed = endpoint.response.safeParse(answer.body);
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(parsed.data, `${name} answers with fields the contract does not know`).toEqual(answer.body);
    return answer.body as { id: number; token: string };
  }

  it("accounts", async () => {
    const account = { username: "carol", email: "carol@example.com", password: "secret" };
    const { id } = await walk("register", "/userapi/register/", undefined, account);
    await walk("login", "/userapi/login/", undefined, account);
    await walk("me", "/userapi/me/", bob);
    await walk("updateMe", "/userapi/me/", bob, { email: "bob2@example.com" });
    await walk("replaceMe", "/userapi/me/", bob, { username: "bob", email: "bob@example.com", password: bob.password });
    await walk("listUsers", "/userapi/users/", ada);
    await walk("updateUser", `/userapi/users/${id}/`, ada, { role: "viewer" });
    const made = await walk("createToken", "/userapi/tokens/", bob, { name: "deploy", expires_in_days: 30 });
    await walk("listTokens", "/userapi/tokens/", bob);
    await walk("revokeToken", `/userapi/tokens/${made.id}/`, bob);
    await walk("logout", "/userapi/logout/", await server.join("leaver"));
  });

  it("tasks in every state", async () => {
    const bodies = [
      { command: "echo 1", tags: ["a"], env: { A: "1" }, cwd: "/", stdin: "x", timeout_seconds: 60 },
      { argv: ["false"] },
      { argv: ["/no/such/program"] },
      { script: { body: "kill -9 $$", interpreter: "/bin/sh" } },
      { name: "demonstration", description: "d" },
      { command: "sleep 600" },
      { command: "true", run_at: "2099-01-01T00:00:00Z" },
    ];
    for (const body of bodies) {
      await walk("dryRunTask", "/taskapi/tasks/dry-run/", ada, body);
      const { id } = await walk("createTask", "/taskapi/tasks/", ada, body);
      const isLong = body.command === "sleep 600";
      await (isLong ? ada.waitForStatus(id, "running") : body.run_at || body.name ? null : ada.waitForEnd(id));
      const path = `/taskapi/tasks/${id}/`;
      await walk("getTask", path, ada);
      await walk("updateTask", path, ada, { description: "seen" });
      await walk("replaceTask", path, ada, { name: "named", description: null });
      await walk("dryRunRerun", `${path}rerun/dry-run/`, ada, {});
      await walk("listAttempts", `${path}attempts/`, ada);
      await walk("getOutputLines", `${path}output/lines/`, ada);
      await walk("getStderrMarks", `${path}output/stderr-marks/`, ada);
      await walk("searchOutput", `${path}output/search/?q=.&regex=1&before=1`, ada);
      if (body.run_at || body.name || isLong) {
        await walk("killTask", `${path}kill/`, ada, { signal: "KILL", grace_seconds: 0 });
      }
      await walk("deleteTask", path, ada);
      await walk("getTask", path, ada);
    }
    await walk("listTasks", "/taskapi/tasks/", ada);
  });

  it("the server itself", async () => {
    await walk("health", "/healthz", undefined);
    await walk("readiness", "/readyz", undefined);
    await walk("info", "/info", undefined);
    await walk("listSettings", "/taskapi/settings/", ada);
  });
});

describe("/docs", () => {
  it.each(["/docs", "/docs/", "/docs/static/index.html"])("%s shows the page, also over plain HTTP", async (path) => {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toMatch(/^text\/html/);
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("script-src");
    expect(policy).not.toContain("upgrade-insecure-requests");
    expect(response.headers.get("Strict-Transport-Security")).toBeNull();
    expect(await response.text()).toContain("swagger-ui");
  });

  it("may load everything it refers to", async () => {
    const page = await (await fetch(`${server.url}/docs/`)).text();
    const links = [...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      const response = await fetch(new URL(link, `${server.url}/docs/`));
      expect(response.status, link).toBe(200);
      await response.body?.cancel();
    }
  });
});

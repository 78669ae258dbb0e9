import { beforeAll, describe, expect, it } from "vitest";
import { pathOf } from "../../src/client/client.ts";
import {
  contract,
  type EndpointName,
  errorDetail,
  type Permission,
  permissions,
  type Role,
  rolePermissions,
  roles,
} from "../../src/contract/index.ts";
import { type Exchange, send } from "../support/http.ts";
import { Member, startSharedServer } from "../support/server.ts";

/**
 * Every endpoint of the contract, asked by everyone: nobody, and each role. The table of permissions in the contract
 * alone decides. A task of the asker's own is there each time, so that what is allowed also succeeds.
 */
const server = startSharedServer();
const people = {} as Record<Role, Member>;
let admin: Member;
let spare: Member;

beforeAll(async () => {
  admin = await server.join("first");
  spare = await server.join("spare");
  for (const role of roles) {
    people[role] = await server.join(`the_${role}`);
  }
});

/** Its id in a new database. */
const onlyNode = 1;

const later = { name: "later", run_at: "2099-01-01T00:00:00Z" };

/** What is sent to each endpoint; a new endpoint does not compile until it is here. */
type Call = {
  id?: "task" | "user" | "node" | "token" | "queue";
  query?: Record<string, string>;
  body?: (asker: string) => unknown;
  /** What those get who may, when it is not the usual. */
  status?: number;
};
const calls: Record<EndpointName, Call> = {
  register: {
    body: (asker) => ({ username: `new_${asker}`, email: `new_${asker}@example.com`, password: "x" }),
  },
  login: { body: () => ({ username: "spare", password: spare.password }) },
  logout: {},
  me: {},
  replaceMe: {
    body: (asker) => ({ username: asker, email: `${asker}@example.com`, password: `password of ${asker}` }),
  },
  updateMe: { body: (asker) => ({ email: `${asker}@example.com` }) },
  listTokens: {},
  createToken: { body: (asker) => ({ name: `made by ${asker}` }) },
  revokeToken: { id: "token" },
  listUsers: {},
  updateUser: { id: "user", body: () => ({ role: "member" }) },
  listTasks: {},
  listDurations: {},
  getUsualDuration: { id: "task" },
  listLastLines: { query: { ids: "1" } },
  createTask: { body: () => later },
  getTask: { id: "task" },
  replaceTask: { id: "task", body: () => ({ name: "replaced" }) },
  updateTask: { id: "task", body: () => ({ name: "updated" }) },
  deleteTask: { id: "task" },
  killTask: { id: "task", body: () => ({}) },
  suspendTask: { id: "task", status: 409 },
  resumeTask: { id: "task", status: 409 },
  signalTask: { id: "task", body: () => ({ signal: "URG" }), status: 409 },
  sendInput: { id: "task", body: () => ({ text: "x" }), status: 409 },
  bulkTasks: { body: () => ({ action: "kill", ids: [1] }) },
  dryRunTask: { body: () => later },
  dryRunRerun: { id: "task", body: () => ({}) },
  rerunTask: { id: "task", body: () => ({}) },
  listAttempts: { id: "task" },
  listEvents: { id: "task" },
  getUsage: { id: "task" },
  listProcesses: { id: "task" },
  streamTasks: {},
  getOutput: { id: "task" },
  getOutputLines: { id: "task" },
  getStderrMarks: { id: "task" },
  searchOutput: { id: "task", query: { q: "text" } },
  streamOutput: { id: "task" },
  listNodes: {},
  getNode: { id: "node" },
  drainNode: { id: "node" },
  resumeNode: { id: "node" },
  forgetNode: { id: "node", status: 409 },
  listQueues: {},
  createQueue: { body: (asker) => ({ name: `made-by-${asker}`, slots: 2 }) },
  updateQueue: { id: "queue", body: () => ({ paused: false }) },
  removeQueue: { id: "queue" },
  getStatistics: {},
  health: {},
  readiness: {},
  info: {},
  listSettings: {},
};

const names = Object.keys(contract) as EndpointName[];

/** Somebody with this role, with a task of their own where one is needed. */
async function prepare(name: EndpointName, role: Role): Promise<{ asker: Member; id: number }> {
  const asker = name === "logout" ? await logInAgain(people[role]) : people[role];
  await admin.giveRole(asker, "member");
  const task = calls[name].id === "task" ? await asker.submit(later) : null;
  const body = { name: `to be revoked by ${role}` };
  const token = calls[name].id === "token" ? await asker.client.call(contract.createToken, { body }) : null;
  if (calls[name].id === "queue") {
    await send(server, "POST", "/taskapi/queues/", { as: admin, json: { name: `of-${asker.username}` } });
  }
  await admin.giveRole(asker, role);
  return { asker, id: task?.id ?? token?.id ?? (calls[name].id === "node" ? onlyNode : spare.id) };
}

async function logInAgain({ id, username, password }: Member): Promise<Member> {
  const { token } = await server.client(null).call(contract.login, { body: { username, password } });
  return new Member(server, id, username, password, token);
}

async function ask(name: EndpointName, role: Role | null): Promise<{ status: number; body: unknown }> {
  const endpoint = contract[name];
  const { asker, id } = role === null ? { asker: undefined, id: spare.id } : await prepare(name, role);
  const params = { id, name: `of-${asker?.username ?? "nobody"}` };
  const path = pathOf(endpoint, { params, query: calls[name].query });
  if (endpoint.kind === "events") {
    const response = await fetch(server.url + path, {
      headers: asker ? { Authorization: `Token ${asker.token}` } : {},
    });
    if (!response.ok) {
      return { status: response.status, body: await response.json() };
    }
    await response.body?.cancel();
    return { status: response.status, body: null };
  }
  const { status, body } = await send(server, endpoint.method, path, {
    as: asker,
    json: calls[name].body?.(asker?.username ?? "nobody"),
  });
  return { status, body };
}

describe.each(names)("%s", (name) => {
  const { access, status } = contract[name];

  it(`is ${access === "public" ? "open to" : "closed to"} nobody in particular`, async () => {
    const answer = await ask(name, null);
    if (access === "public") {
      expect(answer.status).toBe(status);
    } else {
      expect(answer).toMatchObject({ status: 401, body: { code: "not_authenticated" } });
    }
  });

  it.each(roles)("asked by a %s", async (role) => {
    const answer = await ask(name, role);
    const isOpen = access === "public" || access === "signed_in";
    if (isOpen || rolePermissions[role].includes(access)) {
      // Refused for how the task stands, and not for who asks.
      expect(answer).toMatchObject({ status: calls[name].status ?? status });
    } else {
      expect(answer).toEqual({ status: 403, body: refusalOf(access) });
    }
  });
});

function refusalOf(permission: Permission) {
  const detail = errorDetail("permission_denied", { permission, what: permissions[permission] });
  return { detail, code: "permission_denied" };
}

describe("what a member may not type", () => {
  const free = {
    command: "true",
    argv: ["true"],
    script: { body: "true" },
    cwd: "/",
    env: { LD_PRELOAD: "x.so" },
    stdin: "text",
  };

  it.each(Object.entries(free))("%s", async (field, value) => {
    const answer = await submit(spare, { name: "free", [field]: value });
    expect(answer).toMatchObject({ status: 403, body: refusalOf("run_commands") });
    expect((answer.body as { detail: string }).detail).toMatch(/run_commands.*An admin can give it to you/);
  });

  it("but the demonstration, with all that does not decide what runs", async () => {
    const options = { timeout_seconds: 5, kill_grace_seconds: 1, priority: 1, tags: ["a"], description: "d" };
    expect(await submit(spare, { ...later, ...options })).toMatchObject({ status: 201 });
  });

  it("and an operator and an admin may", async () => {
    const operator = await server.join("operator");
    await admin.giveRole(operator, "operator");
    for (const who of [operator, admin]) {
      expect(await submit(who, { command: "true", env: { A: "1" }, cwd: "/", stdin: "x" })).toMatchObject({
        status: 201,
      });
    }
  });

  it("nor from the next request on after the role was taken", async () => {
    const who = await server.join("demoted");
    await admin.giveRole(who, "operator");
    expect(await submit(who, { command: "true" })).toMatchObject({ status: 201 });
    await admin.giveRole(who, "member");
    expect(await submit(who, { command: "true" })).toMatchObject({ status: 403 });
  });
});

function submit(as: Member, json: unknown): Promise<Exchange> {
  return send(server, "POST", "/taskapi/tasks/", { as, json });
}

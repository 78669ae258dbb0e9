import type { TokenRow, UserRow } from "../accounts.ts";
import type { Nodes } from "../nodes.ts";
import type { AttemptEnd, AttemptKey, Store, TaskRow, TaskSpec, Tasks } from "../store.ts";

/** Rows with defaults, so that a test names only what it is about. */
type NewTask = Parameters<Tasks["create"]>[0];

/** Adds an active member; the very first one becomes admin, as everywhere. */
export async function addUser(store: Store, username = "alice"): Promise<UserRow> {
  const user = await store.users.create({
    username,
    email: `${username}@example.org`,
    passwordHash: "hash",
    role: "member",
    status: "active",
    now: 1000,
  });
  if ("taken" in user) {
    throw new Error(`${username} is taken.`);
  }
  return user;
}

/** Adds a login, or a token with a name. */
export async function addToken(
  store: Store,
  token: { userId: number; hash: string; name?: string; expiresAt?: number; now?: number },
): Promise<TokenRow> {
  const row = await store.tokens.create({ name: null, expiresAt: null, now: 1, ...token });
  if (row === null) {
    throw new Error(`${token.name} is taken.`);
  }
  return row;
}

export function newTask(ownerId: number, given: Partial<NewTask> & { command?: string } = {}): NewTask {
  const { command = "true", ...rest } = given;
  return {
    ownerId,
    name: "task",
    description: "",
    spec: specOf({ kind: "command", command }),
    queue: "default",
    priority: 0,
    tags: [],
    notBefore: null,
    idempotency: null,
    now: 1000,
    ...rest,
  };
}

/** A spec with everything else left out. */
export function specOf(program: TaskSpec["program"]): TaskSpec {
  const limits = {
    memoryBytes: null,
    cpuSeconds: null,
    processes: null,
    openFiles: null,
    nice: null,
    outputBytes: null,
  };
  const plain = { cwd: null, env: {}, stdin: null, timeoutMs: null, killGraceMs: 10_000 };
  const bare = { retry: null, sandbox: "none", pty: null, markStderr: false, input: false, node: null } as const;
  return { program, ...plain, ...bare, limits, labels: [] };
}

/** Its queue is made where there is none. */
export async function addTask(
  store: Store,
  ownerId: number,
  given: Parameters<typeof newTask>[1] = {},
): Promise<TaskRow> {
  if (given.queue !== undefined) {
    await store.queues.create({ name: given.queue, slots: null });
  }
  const answer = await store.tasks.create(newTask(ownerId, given));
  if (answer.kind !== "created") {
    throw new Error(`Expected a new task, got ${answer.kind}.`);
  }
  return answer.task;
}

export async function addNode(store: Store, name = "node-1"): Promise<number> {
  return (await registered(store, { key: `key of ${name}`, name })).id;
}

/** A node with four slots that is alive for a minute, where nothing else is said. */
export async function registered(store: Store, given: Partial<Parameters<Nodes["register"]>[0]> = {}) {
  const said = { key: "k", name: "node-1", host: "host-1", slots: 4, labels: [], lanes: null, version: "1.0.0" };
  const answer = await store.nodes.register({ ...said, leaseMs: 60_000, ...given });
  if (answer.kind !== "registered") {
    throw new Error(`${given.name ?? said.name} is taken.`);
  }
  return answer.node;
}

/** Hands the tasks for any node, or for this one, under a lock taken for it. Answers the ids for which it applied. */
export async function hand(
  store: Store,
  ids: readonly number[],
  given: { nodeId?: number } = {},
): Promise<number[] | null> {
  const lock = await store.locks.take({ name: "admission", holder: "test", leaseMs: 1000, isForced: true });
  if (lock === null) {
    throw new Error("The lock was not to be had by force.");
  }
  const { nodeId = null } = given;
  return store.tasks.hand({ tasks: ids.map((id) => ({ id, nodeId })), lock: { ...lock, leaseMs: 1000 } });
}

/** Claims it for the node; it is handed first, as far as it can be. */
export async function claim(store: Store, taskId: number, nodeId: number, now = 2000): Promise<TaskRow | null> {
  await hand(store, [taskId]);
  return store.tasks.claim({ taskId, expectedAttempt: 0, nodeId, nonce: "nonce", now });
}

/** A task that runs as attempt 1 on the node. */
export async function addRunning(store: Store, ownerId: number, nodeId: number): Promise<AttemptKey> {
  const task = await addTask(store, ownerId);
  if ((await claim(store, task.id, nodeId)) === null) {
    throw new Error(`Task ${task.id} could not be claimed.`);
  }
  return { taskId: task.id, attempt: 1, nodeId };
}

export function anEnd(key: AttemptKey, given: Partial<AttemptEnd> = {}): AttemptEnd {
  return {
    ...key,
    status: "completed",
    outcome: "exited",
    exitCode: 0,
    signal: null,
    reason: "Exited with code 0.",
    pid: 4711,
    startedAt: 2100,
    endedAt: 5000,
    usage: { cpuMs: 12, maxRssBytes: 4096, maxProcesses: 3, readBytes: null, writeBytes: 8192 },
    usageSeries: null,
    suspendedMs: 0,
    limitsInForce: [],
    outputBytes: 77,
    outputGap: null,
    retryAt: null,
    now: 5001,
    ...given,
  };
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "../../src/client/client.ts";
import { contract, type Role, type TaskDetail } from "../../src/contract/index.ts";
import { waitFor } from "./wait-for.ts";

const entry = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/** Shared by all servers of all tests: a start takes two thirds of the time. */
const compileCache = fileURLToPath(new URL("../../node_modules/.cache/utm-tests", import.meta.url));

/** A real server process on a free port, with a data directory of its own. Ended with all it started when the test ends. */
export class TestServer {
  readonly directory: string;
  readonly #environment: Record<string, string>;
  readonly #through: readonly string[];
  #process: ChildProcess | null = null;
  #port = "0";
  url = "";
  /** Null: the file in its directory. */
  databaseUrl: string | null = null;
  /** Options of Node itself, from the next start on. */
  nodeOptions: readonly string[] = [];
  /** Everything it said so far. */
  output = "";

  /** `through` is a command that becomes the server: its words, before the server's own. */
  constructor(directory: string, environment: Record<string, string>, through: readonly string[] = []) {
    this.directory = directory;
    this.#environment = environment;
    this.#through = through;
  }

  /** Starts it, at the same port as before, and waits until it serves. */
  async start(): Promise<void> {
    const [command = "", ...words] = [...this.#through, process.execPath, ...this.nodeOptions, entry, "serve"];
    const child = spawn(command, words, {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_COMPILE_CACHE: compileCache,
        PORT: this.#port,
        UTM_DATA_DIR: this.directory,
        UTM_LOG_LEVEL: "warn",
        ...(this.databaseUrl === null ? {} : { DATABASE_URL: this.databaseUrl }),
        ...this.#environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    let said = "";
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      this.output += chunk.toString();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    this.url = await waitFor("the server's address", () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`The server ended before it served: ${said}`);
      }
      return /on (http:\S+)/.exec(said)?.[1];
    });
    this.#port = new URL(this.url).port;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Signals it, and does not wait; nothing when it is gone. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Signals it and waits until it is gone. Answers its exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) {
      return child?.exitCode ?? null;
    }
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  /** Waits until it has ended by itself, or was ended by somebody else. Answers by which signal. */
  async ended(): Promise<NodeJS.Signals | null> {
    const child = this.#process;
    await waitFor("the server to end", () => child === null || child.exitCode !== null || child.signalCode !== null);
    return child?.signalCode ?? null;
  }

  client(token: string | null): Client {
    return createClient({ server: this.url, token: () => token });
  }

  /** Registers somebody and logs them in. The first one is the admin. */
  async join(username: string): Promise<Member> {
    const password = `password of ${username}`;
    const anonymous = this.client(null);
    const body = { username, email: `${username}@example.com`, password };
    const user = await anonymous.call(contract.register, { body });
    const { token } = await anonymous.call(contract.login, { body: { username, password } });
    return new Member(this, user.id, username, password, token);
  }
}

/** Somebody who is logged in. */
export class Member {
  readonly server: TestServer;
  readonly id: number;
  readonly username: string;
  readonly password: string;
  readonly token: string;

  constructor(server: TestServer, id: number, username: string, password: string, token: string) {
    this.server = server;
    this.id = id;
    this.username = username;
    this.password = password;
    this.token = token;
  }

  get client(): Client {
    return this.server.client(this.token);
  }

  /** A bare request, for what the typed client would not send. */
  request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Token ${this.token}`);
    if (init.body !== undefined && !headers.has("Content-Type")) {
      headers.set("Content-Type", "application/json");
    }
    return fetch(this.server.url + path, { ...init, headers });
  }

  /** Gives another account a role; only an admin can. */
  async giveRole(other: Member, role: Role): Promise<void> {
    await this.client.call(contract.updateUser, { params: { id: other.id }, body: { role } });
  }

  submit(task: Record<string, unknown>): Promise<TaskDetail> {
    return this.client.call(contract.createTask, { body: task });
  }

  /** Submits with a key, again and again while the server is away, so that the task is created once. Answers its id. */
  submitSurely(task: Record<string, unknown>, key: string, timeoutMs?: number): Promise<number> {
    const headers = { "Idempotency-Key": key };
    const ask = async () => {
      const body = JSON.stringify(task);
      const response = await this.request("/taskapi/tasks/", { method: "POST", headers, body }).catch(() => null);
      const answer = response?.ok === true ? await response.json().catch(() => null) : null;
      return (answer as TaskDetail | null)?.id;
    };
    return waitFor(`the answer to ${key}`, ask, timeoutMs);
  }

  get(id: number): Promise<TaskDetail> {
    return this.client.call(contract.getTask, { params: { id } });
  }

  async output(id: number): Promise<string> {
    const response = await this.client.fetch(contract.getOutput, { params: { id }, query: {} });
    return response.text();
  }

  waitForStatus(id: number, status: TaskDetail["status"], timeoutMs?: number): Promise<TaskDetail> {
    const look = async () => {
      const task = await this.get(id);
      return task.status === status ? task : null;
    };
    return waitFor(`task ${id} to be ${status}`, look, timeoutMs);
  }

  waitForEnd(id: number, timeoutMs?: number): Promise<TaskDetail> {
    const look = async () => {
      const task = await this.get(id);
      return task.completed_at === null ? null : task;
    };
    return waitFor(`task ${id} to end`, look, timeoutMs);
  }
}

import { type Client, createClient } from "../../src/client/client.ts";
import { contract, type Role, type TaskDetail } from "../../src/contract/index.ts";
import { UtmProcess } from "./utm-process.ts";
import { waitFor } from "./wait-for.ts";

/** A real server process on a free port, with a data directory of its own. */
export class TestServer extends UtmProcess {
  #port = "0";
  url = "";
  /** Null: the file in its directory. */
  databaseUrl: string | null = null;

  /** `through` is a command that becomes the server: its words, before the server's own. */
  constructor(directory: string, environment: Record<string, string>, through: readonly string[] = []) {
    super({ verb: "serve", directory, environment, through });
  }

  /** Starts it, at the same port as before, and waits until it serves. */
  async start(): Promise<void> {
    const environment: Record<string, string> = { PORT: this.#port };
    if (this.databaseUrl !== null) {
      environment.DATABASE_URL = this.databaseUrl;
    }
    const [, url = ""] = await this.launch(environment, /on (http:\S+)/);
    this.url = url;
    this.#port = new URL(this.url).port;
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

  /** The same person, asking another server of the installation. */
  at(server: TestServer): Member {
    return new Member(server, this.id, this.username, this.password, this.token);
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

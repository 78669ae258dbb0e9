import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { dieAt } from "../support/death-point.ts";
import { testDirectory } from "../support/directory.ts";
import { readJournals } from "../support/journals.ts";
import { canMakePidNamespaces, PidNamespace } from "../support/pid-namespace.ts";
import { type Member, startServer, type TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * The numbers of a task's process and of its shim are given out again, to processes that have nothing to do with it. They are
 * never taken for it, and never signalled. Really so: the server runs in a namespace where the next number can be chosen.
 */
const unknown = { status: "failed", outcome: "unknown", exit_code: null, signal: null };

it.skipIf(!canMakePidNamespaces)(
  "takes no stranger for a process that ended with its shim while the server was away",
  async () => {
    const stage = await setStage();
    const { id, pid, shimPid } = await stage.startTask({ timeout_seconds: 1 });
    await stage.killServer();
    await stage.namespace.kill(shimPid, pid);
    await stage.startStrangers(pid, shimPid);
    await stage.server.start();
    expect(await stage.admin.waitForEnd(id)).toMatchObject(unknown);
    stage.expectUntouched(pid, shimPid);
  },
);

it.skipIf(!canMakePidNamespaces)(
  "takes no stranger for a process that ended with its shim while it watched",
  { tags: ["whole"] },
  async () => {
    const stage = await setStage();
    const { id, pid, shimPid } = await stage.startTask({ timeout_seconds: 600 });
    await stage.namespace.kill(shimPid, pid);
    await stage.startStrangers(pid, shimPid);
    expect(await stage.admin.waitForEnd(id)).toMatchObject({ outcome: "unknown" });
    stage.expectUntouched(pid, shimPid);
  },
);

it.skipIf(!canMakePidNamespaces)(
  "carries out no kill on a stranger that was ordered before the server died",
  async () => {
    const orderKill = ['update "tasks"', '"kill_requested_at" = coalesce'];
    const stage = await setStage(dieAt({ when: "after", commitOf: orderKill }));
    const { id, pid, shimPid } = await stage.startTask({});
    const body = { signal: "SIGKILL" as const, grace_seconds: 0 };
    await stage.admin.client.call(contract.killTask, { params: { id }, body }).catch(() => undefined);
    await stage.server.ended();
    await stage.namespace.kill(shimPid, pid);
    await stage.startStrangers(pid, shimPid);
    stage.server.nodeOptions = [];
    await stage.server.start();
    expect(await stage.admin.waitForEnd(id)).toMatchObject({ exit_code: null, signal: null });
    stage.expectUntouched(pid, shimPid);
  },
);

it.skipIf(!canMakePidNamespaces)(
  "sweeps up no stranger after an end that the journal told",
  { tags: ["whole"] },
  async () => {
    const stage = await setStage();
    const { id, pid, shimPid } = await stage.startTask({});
    await stage.killServer();
    stage.letGo();
    await waitFor("its end", () => readJournals(stage.server.directory).ended.has(id));
    await waitFor("the numbers to be free", () => !stage.namespace.isThere(pid) && !stage.namespace.isThere(shimPid));
    await stage.startStrangers(pid, shimPid);
    await stage.server.start();
    expect(await stage.admin.waitForEnd(id)).toMatchObject({ outcome: "exited", exit_code: 7 });
    stage.expectUntouched(pid, shimPid);
  },
);

async function setStage(nodeOptions: readonly string[] = []): Promise<Stage> {
  const namespace = await PidNamespace.make();
  const server = await startServer({ through: namespace.through, nodeOptions });
  return new Stage(namespace, server, await server.join("admin"), testDirectory());
}

class Stage {
  readonly namespace: PidNamespace;
  readonly server: TestServer;
  readonly admin: Member;
  readonly #directory: string;

  constructor(namespace: PidNamespace, server: TestServer, admin: Member, directory: string) {
    this.namespace = namespace;
    this.server = server;
    this.admin = admin;
    this.#directory = directory;
  }

  /** A task that waits to be let go; its numbers are those inside. */
  async startTask(options: Record<string, unknown>): Promise<{ id: number; pid: number; shimPid: number }> {
    const command = `while [ ! -e ${this.#directory}/go ]; do sleep 0.05; done; exit 7`;
    const { id } = await this.admin.submit({ command, ...options });
    const begun = await waitFor("it to run", () => readJournals(this.server.directory).begun.get(id));
    return { id, ...begun };
  }

  letGo(): void {
    writeFileSync(join(this.#directory, "go"), "");
  }

  /** The server's number inside is in its file; what was started here is only the way in. */
  async killServer(): Promise<void> {
    this.namespace.run(`kill -9 ${readFileSync(join(this.server.directory, "server.pid"), "utf8")}`);
    await this.server.ended();
  }

  async startStrangers(...pids: readonly number[]): Promise<void> {
    for (const pid of pids) {
      await this.namespace.startStranger(pid);
    }
  }

  expectUntouched(...pids: readonly number[]): void {
    for (const pid of pids) {
      expect(this.namespace.run(`cut -d' ' -f2,3 </proc/${pid}/stat`)).toBe("(sleep) S");
    }
  }
}

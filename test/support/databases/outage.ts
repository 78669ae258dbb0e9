import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { testDirectory } from "../directory.ts";
import { send } from "../http.ts";
import { type Member, startServer, type TestServer } from "../server.ts";
import { waitFor } from "../wait-for.ts";
import { type DatabaseProxy, databaseProxy } from "./database-proxy.ts";
import { createDatabase, missingServer, type ServerKind } from "./fresh-database.ts";

type Scene = { server: TestServer; proxy: DatabaseProxy; admin: Member; directory: string; password: string };

/** Longer than any request may take when the network swallows everything. */
const patienceMs = 40_000;

/** Tests of a database that goes away and comes back: nobody is left waiting, nothing is lost, nothing happens twice. */
export function databaseOutage(kind: ServerKind, name: string): void {
  const missing = missingServer(kind);
  describe.skipIf(missing !== null)(missing ?? `with ${name}`, () => {
    async function startBehindProxy(): Promise<Scene> {
      const database = await createDatabase(kind);
      const directory = testDirectory();
      onTestFinished(() => database.drop());
      const proxy = await databaseProxy(database.url);
      const server = await startServer({ environment: { DATABASE_URL: proxy.url } });
      const admin = await server.join("admin");
      return { server, proxy, admin, directory, password: new URL(proxy.url).password };
    }

    it.each([
      { how: "refuses connections", begin: (proxy: DatabaseProxy) => proxy.refuse() },
      { how: "swallows every packet", begin: async (proxy: DatabaseProxy) => proxy.swallow() },
    ])(
      "$how: 503 meanwhile, tasks run on, and their ends are recorded when it is back",
      async ({ begin }) => {
        const scene = await startBehindProxy();
        const { server, proxy, admin, directory } = scene;
        const ids = await runTasks(scene, 3);
        await begin(proxy);
        await expectUnavailable(server, admin);
        writeFileSync(join(directory, "go"), "");
        await waitFor("the tasks to end", () => ids.every((id) => existsSync(join(directory, `ended-${id}`))));
        await expectUnavailable(server, admin);
        await proxy.restore();
        for (const id of ids) {
          const task = await waitFor(`task ${id} to be over`, () => endOf(admin, id), patienceMs);
          expect(task).toMatchObject({ status: "failed", exit_code: 7, attempt: 1 });
          expect(readFileSync(join(directory, `runs-${id}`), "utf8")).toBe("started\n");
        }
        await waitFor("it to be ready", async () => (await send(server, "GET", "/readyz")).status === 200, patienceMs);
        const { id } = await admin.submit({ command: "echo after" });
        expect(await admin.waitForEnd(id, patienceMs)).toMatchObject({ status: "completed" });
        expectNoPassword(scene);
      },
      120_000,
    );

    it("connections that break: the next request is served, and services go on", async () => {
      const scene = await startBehindProxy();
      const { server, proxy, admin } = scene;
      for (let round = 0; round < 5; round += 1) {
        proxy.cut();
        await waitFor("an answer", async () => (await send(server, "GET", "/readyz")).status === 200);
        const { id } = await admin.submit({ command: "true" });
        expect(await admin.waitForEnd(id)).toMatchObject({ status: "completed" });
      }
      expect(server.output).not.toContain("unexpected:");
      expectNoPassword(scene);
    });

    it("the answer to a commit is lost: said so, not repeated, and found by its key", async () => {
      const { server, proxy, admin } = await startBehindProxy();
      const headers = { "Idempotency-Key": "once" };
      const create = () =>
        send(server, "POST", "/taskapi/tasks/", { as: admin, json: { command: "true", name: "only" }, headers });
      let lost = await create();
      // Another write of the server may have met the broken commit.
      for (let attempt = 0; lost.status !== 503; attempt += 1) {
        headers["Idempotency-Key"] = `once-${attempt}`;
        proxy.loseNextCommitAnswer();
        lost = await create();
      }
      expect(lost.body).toMatchObject({ code: "not_ready" });
      const again = await waitFor("an answer", async () => {
        const answer = await create();
        return answer.status < 300 ? answer : null;
      });
      const { id } = again.body as { id: number };
      const { body } = await send(server, "GET", "/taskapi/tasks/?limit=100", { as: admin });
      const tasks = (body as { items: { id: number }[] }).items ?? (body as { id: number }[]);
      expect(tasks.filter((task) => task.id >= id)).toHaveLength(1);
    });
  });
}

/** Tasks that wait for the file `go` and then end with code 7. */
async function runTasks({ admin, directory }: Scene, count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const command = `n=$UTM_TASK_ID; cd ${directory}; echo started >> runs-$n; until [ -e go ]; do sleep 0.1; done; : > ended-$n; exit 7`;
    const { id } = await admin.submit({ command });
    ids.push(id);
  }
  await waitFor("them to run", () => ids.every((id) => existsSync(join(directory, `runs-${id}`))));
  for (const id of ids) {
    await admin.waitForStatus(id, "running");
  }
  return ids;
}

async function endOf(admin: Member, id: number) {
  const task = await admin.get(id).catch(() => null);
  return task === null || task.completed_at === null ? null : task;
}

async function expectUnavailable(server: TestServer, admin: Member): Promise<void> {
  const [ready, ...answers] = await Promise.all([
    send(server, "GET", "/readyz"),
    send(server, "POST", "/taskapi/tasks/", { as: admin, json: { command: "true" } }),
    send(server, "GET", "/taskapi/tasks/", { as: admin }),
  ]);
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 503, body: { code: "not_ready" } });
    expect(answer.headers.get("Retry-After")).toMatch(/^\d+$/);
    expect((answer.body as { detail: string }).detail).toContain("cannot be reached");
  }
  expect(ready).toMatchObject({ status: 503, body: { status: "not_ready" } });
  expect((ready.body as { missing: string[] }).missing.join()).toContain("cannot be reached");
}

function expectNoPassword({ server, password }: Scene): void {
  expect(password).not.toBe("");
  for (const form of [password, decodeURIComponent(password)]) {
    expect(server.output).not.toContain(form);
  }
}

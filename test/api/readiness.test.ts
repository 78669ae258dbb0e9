import { renameSync, rmSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { chosenServer } from "../support/databases/chosen.ts";
import { send } from "../support/http.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Alive is not the same as able to work: what cannot be kept is not accepted. */
it("healthz and readyz answer 200 to anybody, with and without the slash", async () => {
  const server = await startServer();
  for (const slash of ["", "/"]) {
    expect(await send(server, "GET", `/healthz${slash}`)).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await send(server, "GET", `/readyz${slash}`)).toMatchObject({
      status: 200,
      body: { status: "ready", missing: [] },
    });
  }
});

it.each([
  { rule: "deleted", ruin: (directory: string) => rmSync(directory, { recursive: true }) },
  { rule: "moved away", ruin: (directory: string) => renameSync(directory, `${directory}-moved`) },
])("with its data directory $rule while it runs, it is not ready, says why, and takes no task", async ({ ruin }) => {
  const server = await startMovable();
  const ada = await server.join("ada");
  ruin(server.directory);
  const answer = await send(server, "GET", "/readyz");
  expect(answer).toMatchObject({ status: 503, body: { status: "not_ready" } });
  const { missing } = answer.body as { missing: string[] };
  expect(missing.length).toBeGreaterThan(0);
  expect(missing[0]).toBe(
    `The data directory ${server.directory} is gone. Put it back, or stop the server and start it again.`,
  );
  expect(await send(server, "GET", "/healthz")).toMatchObject({ status: 200 });
  if (chosenServer !== null) {
    // The record is elsewhere and keeps the task, for this server when its directory is back.
    return;
  }
  const refused = await send(server, "POST", "/taskapi/tasks/", { as: ada, json: { command: "true" } });
  expect(refused).toMatchObject({ status: 503, body: { code: "not_ready" } });
  expect((refused.body as { detail: string }).detail).toMatch(/^The server cannot work right now: [A-Z].*\.$/);
  expect(refused.headers.get("Retry-After")).toMatch(/^\d+$/);
});

it("works again when the directory is put back", { tags: ["whole"] }, async () => {
  const server = await startMovable();
  const ada = await server.join("ada");
  renameSync(server.directory, `${server.directory}-moved`);
  expect(await send(server, "GET", "/readyz")).toMatchObject({ status: 503 });
  renameSync(`${server.directory}-moved`, server.directory);
  await waitFor("it to be ready", async () => (await send(server, "GET", "/readyz")).status === 200);
  const { id } = await ada.submit({ command: "echo back" });
  expect(await ada.waitForEnd(id)).toMatchObject({ status: "completed" });
  expect(await ada.output(id)).toBe("back\n");
});

/** A server whose directory may be moved beside itself; that is removed as well. */
async function startMovable(): Promise<TestServer> {
  const server = await startServer();
  onTestFinished(() => rmSync(`${server.directory}-moved`, { recursive: true, force: true }));
  return server;
}

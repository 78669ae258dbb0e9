import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { createDatabase, missingServer } from "../support/databases/fresh-database.ts";
import { testDirectory } from "../support/directory.ts";
import { send } from "../support/http.ts";
import { startServer } from "../support/server.ts";

const path = "/taskapi/settings/";

it("tells an admin what is in force and where it came from, and nobody else", async () => {
  const directory = testDirectory();
  const configFile = join(directory, "config.json");
  writeFileSync(configFile, JSON.stringify({ UTM_RETENTION_DAYS: 30, UTM_SLOTS: 3 }));
  const server = await startServer({ directory, environment: { UTM_SLOTS: "5", UTM_LABELS: "gpu,big" } });
  const anna = await server.join("anna");
  const settings = await anna.client.call(contract.listSettings, {});
  const row = (name: string) => settings.find((setting) => setting.name === name);
  expect(row("UTM_SLOTS")).toMatchObject({ flag: "--slots", value: 5, source: "environment", file: null });
  expect(row("UTM_RETENTION_DAYS")).toMatchObject({ value: 30, source: "file", file: configFile });
  expect(row("UTM_LABELS")).toMatchObject({ value: "gpu,big", source: "environment", default: "none" });
  expect(row("UTM_LANES")).toMatchObject({ value: null, source: "default", default: "all" });
  expect(settings.every(({ description }) => description.endsWith("."))).toBe(true);

  const ben = await server.join("ben");
  await anna.giveRole(ben, "operator");
  expect(await send(server, "GET", path, { as: ben })).toMatchObject({
    status: 403,
    body: { code: "permission_denied", detail: expect.stringContaining("see the settings of the server") },
  });
  expect(await send(server, "GET", path)).toMatchObject({ status: 401 });
});

it.skipIf(missingServer("postgres") !== null)("tells where the database is, and not its password", async () => {
  const database = await createDatabase("postgres");
  onTestFinished(() => database.drop());
  const address = new URL(database.url);
  expect(address.password).not.toBe("");
  const server = await startServer({ environment: { DATABASE_URL: address.href } });
  const answer = await send(server, "GET", path, { as: await server.join("anna") });
  address.password = "***";
  expect(answer.text).toContain(`"${address.href}"`);
  expect(answer.text).not.toContain(new URL(database.url).password);
});

/** @module-tag whole */
import { describe, expect, it, onTestFinished } from "vitest";
import { databaseProxy } from "../support/databases/database-proxy.ts";
import { createDatabase, missingServer } from "../support/databases/fresh-database.ts";
import { testDirectory } from "../support/directory.ts";
import { refusedStart } from "../support/refused-start.ts";
import { TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** A server that cannot have its database says why in one line and ends; one that only has to wait, waits. */
const kinds = [
  { kind: "postgres", name: "PostgreSQL" },
  { kind: "mysql", name: "MariaDB" },
] as const;

for (const { kind, name } of kinds) {
  const missing = missingServer(kind);
  describe.skipIf(missing !== null)(missing ?? name, () => {
    it("a database that cannot be had is refused in one line, without its password", async () => {
      const database = await createDatabase(kind);
      onTestFinished(() => database.drop());
      const cases: [string, (url: URL) => void][] = [
        ["refuses the", (url) => Object.assign(url, { password: "geheim" })],
        ["does not exist. Create it", (url) => Object.assign(url, { pathname: "/no_such_database" })],
        ["cannot be reached", (url) => Object.assign(url, { port: "1", search: "?wait=0" })],
        ['a parameter "ssl" that is not known', (url) => Object.assign(url, { search: "?ssl=true" })],
      ];
      for (const [words, change] of cases) {
        const url = new URL(database.url);
        change(url);
        const { code, lines } = await refusedStart({ UTM_DATA_DIR: testDirectory(), DATABASE_URL: url.href });
        expect({ words, code, lines }).toMatchObject({ code: 1, lines: [expect.stringContaining(words)] });
        for (const secret of [url.password, decodeURIComponent(url.password)]) {
          expect(lines.join()).not.toContain(secret);
        }
      }
      expect(await database.rows()).toEqual({});
    });

    it("a database that comes up after the server is waited for, and one line says so", async () => {
      const database = await createDatabase(kind);
      onTestFinished(() => database.drop());
      const proxy = await databaseProxy(database.url);
      await proxy.refuse();
      const server = new TestServer(testDirectory(), { DATABASE_URL: proxy.url });
      onTestFinished(async () => void (await server.stop()));
      const starting = server.start();
      await waitFor("it to say that it waits", () => server.output.includes("Trying again for 30 s."));
      await proxy.restore();
      await starting;
      expect(server.output.match(/Trying again/g)).toHaveLength(1);
      const admin = await server.join("admin");
      const { id } = await admin.submit({ command: "exit 3" });
      expect(await admin.waitForEnd(id)).toMatchObject({ exit_code: 3 });
    });
  });
}

it("REDIS_URL with SQLite is refused in one line", async () => {
  const { code, lines } = await refusedStart({ UTM_DATA_DIR: testDirectory(), REDIS_URL: "redis://:geheim@localhost" });
  expect(code).toBe(2);
  expect(lines).toEqual([expect.stringContaining("SQLite is a file on one machine. Remove REDIS_URL.")]);
  expect(lines.join()).not.toContain("geheim");
});

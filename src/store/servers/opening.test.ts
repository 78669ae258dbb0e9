/** @module-tag whole */
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createDatabase,
  missingServer,
  type ServerKind,
  serverUrl,
  type TestDatabase,
} from "../../../test/support/databases/fresh-database.ts";
import { rootCertificatePath } from "../../../test/support/databases/shared-server.ts";
import { addTask, addUser } from "../conformance/sample.ts";
import { schemaVersion } from "../migrations/migrate.ts";
import { openStore } from "../open.ts";
import { StoreRefused } from "../store.ts";

/** What happens before a store on a server is open: it opens, or one sentence says why not and nothing was changed. */
const kinds = [
  { kind: "postgres", name: "PostgreSQL" },
  { kind: "mysql", name: "MariaDB" },
] as const;

async function refusal(databaseUrl: string): Promise<string> {
  const error = await openStore({ databaseUrl }).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreRefused);
  const message = error instanceof Error ? error.message : "";
  const { password } = new URL(databaseUrl);
  for (const secret of [password, decodeURIComponent(password)]) {
    expect(message.includes(secret) && secret !== "").toBe(false);
  }
  return message;
}

function changed(url: string, change: (url: URL) => void): string {
  const copy = new URL(url);
  change(copy);
  return copy.href;
}

async function fresh(kind: ServerKind): Promise<TestDatabase> {
  const database = await createDatabase(kind);
  onTestFinished(() => database.drop());
  return database;
}

async function openAndClose(databaseUrl: string): Promise<string> {
  const store = await openStore({ databaseUrl });
  await store.close();
  return store.description;
}

describe("the URL", () => {
  test.each([
    ["postgres://user:geheim@host", "names no database"],
    ["postgres://host/name", "names no user"],
    ["mysql://user:geheim@/name", "DATABASE_URL"],
    ["mysql://user:ge#heim@host/name", "percent-encoded"],
    ["postgres://user:ge%heim@host/name", "percent-encoded"],
    ["postgres://user:geheim@host/name?sslmod=require", 'a parameter "sslmod" that is not known'],
    ["mysql://user:geheim@host/name?sslmode=maybe", "sslmode in DATABASE_URL must be one of"],
    ["mysql://user:geheim@host/name?pool=1", "pool in DATABASE_URL must be a whole number"],
    ["postgres://user:geheim@host/name?wait=long", "wait in DATABASE_URL must be a whole number"],
    ["postgres://user:geheim@host/name?sslrootcert=/does/not/exist", "sslrootcert"],
  ])("%s is refused with a sentence that does not repeat it", async (databaseUrl, words) => {
    const error = await openStore({ databaseUrl }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreRefused);
    const { message } = error as Error;
    expect(message).toContain(words);
    expect(message).not.toContain("heim");
  });
});

for (const { kind, name } of kinds) {
  const missing = missingServer(kind);
  describe.skipIf(missing !== null)(missing ?? name, () => {
    test("an empty database is made this program's, and found again; who looks sees no password", async () => {
      const { url } = await fresh(kind);
      const store = await openStore({ databaseUrl: url });
      const ann = await addUser(store);
      const { username, port, pathname, password } = new URL(url);
      expect(store.description).toMatch(new RegExp(`^(PostgreSQL|MariaDB|MySQL) \\d[\\d.]*, ${username}@`));
      expect(store.description).toContain(`@127.0.0.1:${port}${pathname}`);
      expect(store.description).not.toContain(password);
      await store.close();
      const again = await openStore({ databaseUrl: url });
      expect(await again.users.list()).toEqual([ann]);
      await again.close();
    });

    test("of four that open an empty database at once, all work with it", async () => {
      const { url } = await fresh(kind);
      const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ databaseUrl: url })));
      for (const [index, store] of stores.entries()) {
        await addUser(store, `user${index}`);
        expect(await store.users.count()).toBe(index + 1);
      }
      await Promise.all(stores.map((store) => store.close()));
    });

    test("a wrong password, an unknown user and a missing database are told apart from a server that is away", async () => {
      const url = await serverUrl(kind);
      expect(
        await refusal(
          changed(url, (to) => {
            to.password = "geheim";
          }),
        ),
      ).toContain("password");
      expect(
        await refusal(
          changed(url, (to) => {
            to.username = "nobody_of_that_name";
          }),
        ),
      ).toMatch(/password|user/);
      expect(
        await refusal(
          changed(url, (to) => {
            to.pathname = "/no_such_database";
          }),
        ),
      ).toContain("does not exist. Create it");
    });

    test("a server that is away is waited for, which is said once, and then refused", async () => {
      const url = changed(await serverUrl(kind), (to) => {
        to.port = "1";
        to.searchParams.set("wait", "1");
      });
      const said: string[] = [];
      const opening = openStore({ databaseUrl: url, onWaiting: (sentence) => void said.push(sentence) });
      await expect(opening).rejects.toThrow("cannot be reached (the connection is refused: nothing listens there).");
      expect(said).toHaveLength(1);
      expect(said[0]).toContain("Trying again for 1 s.");
      const unknown = changed(url, (to) => {
        to.hostname = "no-such-host.invalid";
        to.searchParams.set("wait", "0");
      });
      expect(await refusal(unknown)).toMatch(
        /cannot be reached \((there is no host of that name|the name of the host)/,
      );
    });

    test("tables of another program are refused and left alone", async () => {
      const { url, query, rows } = await fresh(kind);
      await query("create table songs (title varchar(20), sung integer)");
      await query("insert into songs values ('one', 1)");
      const before = await rows();
      expect(await refusal(url)).toContain("has tables of another program. Give a database that is empty");
      expect(await rows()).toEqual(before);
    });

    test("a database of a newer version is refused and left as it is", async () => {
      const { url, query, rows } = await fresh(kind);
      await openAndClose(url);
      await query("update meta set value = '77' where name = 'schema_version'");
      const before = await rows();
      expect(await refusal(url)).toContain(
        `written by a newer version (its schema is 77, this program knows ${schemaVersion})`,
      );
      expect(await rows()).toEqual(before);
    });

    const isGiven = process.env[kind === "postgres" ? "TEST_POSTGRES_URL" : "TEST_MYSQL_URL"] !== undefined;
    test.skipIf(isGiven)("sslmode (of a server of ours): the certificate is checked as far as was asked", async () => {
      const { url } = await fresh(kind);
      const withTls = (sslmode: string, given: { host?: string; root?: string } = {}) =>
        changed(url, (to) => {
          to.hostname = given.host ?? "127.0.0.1";
          to.searchParams.set("sslmode", sslmode);
          if (given.root !== undefined) {
            to.searchParams.set("sslrootcert", given.root);
          }
        });
      for (const sslmode of ["disable", "prefer", "require"]) {
        await openAndClose(withTls(sslmode));
      }
      const root = rootCertificatePath;
      await openAndClose(withTls("verify-ca", { root }));
      await openAndClose(withTls("verify-full", { root, host: "localhost" }));
      expect(await refusal(withTls("verify-ca"))).toContain("cannot be trusted");
      const byAddress = await refusal(withTls("verify-full", { root }));
      expect(byAddress).toContain(kind === "postgres" ? "cannot be trusted" : "is an address");
    });

    test("no more connections are made than pool says, and who waits is served", async () => {
      const { url, query } = await fresh(kind);
      const store = await openStore({ databaseUrl: changed(url, (to) => to.searchParams.set("pool", "3")) });
      const ann = await addUser(store);
      const answers = await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          await addTask(store, ann.id, { name: `task ${index}` });
          return store.tasks.count({ ownerId: ann.id, text: "task" });
        }),
      );
      expect(Math.max(...answers)).toBe(40);
      const name = new URL(url).pathname.slice(1);
      const listed =
        kind === "postgres"
          ? `select count(*) as count from pg_stat_activity where datname = '${name}' and application_name = 'utm'`
          : `select count(*) as count from information_schema.processlist where db = '${name}' and command = 'Sleep'`;
      expect(Number((await query(listed))[0]?.count)).toBe(3);
      await store.close();
    });
  });
}

test.skipIf(missingServer("mysql") !== null)("MariaDB: a migration that was interrupted is carried on", async () => {
  const { url, query } = await fresh("mysql");
  await openAndClose(url);
  // As it stands when the first process was killed in the middle: MySQL keeps each table as soon as it is made.
  await query("drop table task_events");
  await query("alter table attempts drop column limits_in_force, drop column suspended_ms");
  await query("update meta set value = '1' where name = 'schema_version'");
  const store = await openStore({ databaseUrl: url });
  const ann = await addUser(store);
  const task = await addTask(store, ann.id);
  await store.events.add([{ taskId: task.id, attempt: 1, at: 1, kind: "retry", text: "x" }]);
  expect(await store.events.list({ taskId: task.id })).toHaveLength(1);
  expect(await store.queues.list()).toHaveLength(1);
  await store.close();
  await query("delete from meta");
  await query("delete from task_events");
  await query("drop table task_events, attempts");
  await openAndClose(url);
});

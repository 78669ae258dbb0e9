import { assertWholeCopy } from "./copy/copy.ts";
import type { Engine } from "./portable/dialect.ts";
import type { OpenOptions } from "./portable/open-options.ts";
import { openPortableStore } from "./portable/portable-store.ts";
import { openSqliteEngine } from "./sqlite/open.ts";
import { type Store, StoreRefused } from "./store.ts";

/**
 * Opens the database a URL names, at this program's schema: `sqlite:///absolute/path` or `sqlite:path`, or one on a server
 * as docs/DATABASES.md says. Throws StoreRefused when it cannot be used. No message repeats the URL, which may hold a
 * password.
 */
export async function openStore(options: {
  databaseUrl: string;
  onWaiting?: OpenOptions["onWaiting"];
}): Promise<Store> {
  const engine = await openEngine({ onWaiting: () => undefined, ...options, isToMigrate: true });
  try {
    await assertWholeCopy(engine.reader);
    return await openPortableStore(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** The same below its verbs. */
export async function openEngine(options: OpenOptions): Promise<Engine> {
  const { databaseUrl, isToMigrate } = options;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(databaseUrl)?.[1]?.toLowerCase();
  switch (scheme) {
    case "sqlite":
      return openSqliteEngine({ file: filePathOf(databaseUrl.slice("sqlite:".length)), isToMigrate });
    // Drivers are loaded where they are used: they take longer than all the rest of a start on SQLite.
    case "postgres":
    case "postgresql": {
      const { openPostgresEngine } = await import("./postgres/open.ts");
      return openPostgresEngine(options);
    }
    case "mysql":
    case "mariadb": {
      const { openMysqlEngine } = await import("./mysql/open.ts");
      return openMysqlEngine(options);
    }
    default:
      throw new StoreRefused(
        "DATABASE_URL is not understood. Give it as sqlite:///path/of/the/file.db, postgres://user:password@host/database or mysql://user:password@host/database.",
      );
  }
}

function filePathOf(rest: string): string {
  const path = rest.startsWith("//") ? rest.slice(2) : rest;
  if (rest.startsWith("//") && !path.startsWith("/")) {
    throw new StoreRefused("DATABASE_URL names a host where SQLite wants a file. Use three slashes: sqlite:///path.");
  }
  if (path === "" || path === ":memory:") {
    throw new StoreRefused("DATABASE_URL names no file. Give it as sqlite:///path/of/the/file.db.");
  }
  return path;
}

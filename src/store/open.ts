import { openMysqlStore } from "./mysql/open.ts";
import { openPostgresStore } from "./postgres/open.ts";
import type { OnWaiting } from "./servers/opening.ts";
import { openSqliteStore } from "./sqlite/open.ts";
import { type Store, StoreRefused } from "./store.ts";

/**
 * Opens the database a URL names: `sqlite:///absolute/path` or `sqlite:path`, or one on a server as docs/DATABASES.md says.
 * Throws StoreRefused when it cannot be used. No message repeats the URL, which may hold a password.
 */
export async function openStore({
  databaseUrl,
  onWaiting = () => undefined,
}: {
  databaseUrl: string;
  /** Called once when a server does not answer yet and is waited for. */
  onWaiting?: OnWaiting;
}): Promise<Store> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(databaseUrl)?.[1]?.toLowerCase();
  switch (scheme) {
    case "sqlite":
      return openSqliteStore({ file: filePathOf(databaseUrl.slice("sqlite:".length)) });
    case "postgres":
    case "postgresql":
      return openPostgresStore({ databaseUrl, onWaiting });
    case "mysql":
    case "mariadb":
      return openMysqlStore({ databaseUrl, onWaiting });
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

import {
  away,
  broken,
  conflict,
  full,
  type KnownTrouble,
  noConnectionLeft,
  readOnly,
  shuttingDown,
  slow,
  tellOf,
  troubleOf,
  unusable,
  withoutTls,
} from "../servers/known-troubles.ts";
import { codeOf, type Trouble } from "../servers/trouble.ts";

/** By PostgreSQL's own codes: what is not the statement's fault. */
const known: Readonly<Record<string, KnownTrouble>> = {
  "57P01": shuttingDown,
  "57P02": away("it crashed and is recovering"),
  "57P03": away("it is starting up"),
  "53300": noConnectionLeft,
  "25P03": away("it ended a transaction that said nothing for too long"),
  "40001": conflict,
  "40P01": conflict,
  "55P03": conflict,
  "57014": slow,
  "53100": full,
  "53200": unusable((server) => `The database ${server} is out of memory.`),
  "58030": unusable((server) => `The disk under the database ${server} fails: reading or writing gave an error.`),
  "25006": readOnly,
  "28P01": unusable((server) => `The database ${server} refuses the password. Check DATABASE_URL.`),
  "28000": unusable((server) => `The database ${server} lets this user not in. Check DATABASE_URL and pg_hba.conf.`),
  "3D000": unusable(
    (server) => `The database ${server} does not exist. Create it (CREATE DATABASE name OWNER user), then start again.`,
  ),
  "42501": unusable(
    (server) => `The user may not do what is needed in the database ${server}. Make it the owner of the database.`,
  ),
};

/** Null: the statement is at fault. */
export function postgresTrouble(error: unknown, server: string): Trouble | null {
  const code = codeOf(error) ?? "";
  const byCode = known[code] ?? (code.startsWith("08") ? broken : undefined);
  return troubleOf(error, server, { byCode, byDriver: driverTrouble });
}

/** The driver says some things in words only. */
function driverTrouble(error: unknown, server: string): Trouble | null {
  const message = error instanceof Error ? error.message : "";
  if (
    /connection terminated|connection ended|timeout expired|client (was|has) (closed|encountered)|not queryable/i.test(
      message,
    )
  ) {
    return tellOf(broken, server);
  }
  if (isWithoutTls(error)) {
    return tellOf(withoutTls, server);
  }
  return /password must be a string|no password/i.test(message)
    ? { kind: "unusable", sentence: `The database ${server} wants a password and DATABASE_URL has none.` }
    : null;
}

export function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && error.message.includes("does not support SSL");
}

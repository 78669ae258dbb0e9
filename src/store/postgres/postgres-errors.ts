import { lateTrouble } from "../servers/deadline.ts";
import { certificateTrouble, codeOf, networkTrouble, type Trouble } from "../servers/trouble.ts";

type Known = { kind: Trouble["kind"]; sentence(server: string): string };

const away = (why: string): Known => ({
  kind: "away",
  sentence: (server) => `The database ${server} cannot be reached (${why}).`,
});
const conflict: Known = {
  kind: "conflict",
  sentence: (server) => `Too many changes at once in the database ${server}: a lock was not to be had in time.`,
};
const unusable = (sentence: (server: string) => string): Known => ({ kind: "unusable", sentence });

/** By PostgreSQL's own codes: what is not the statement's fault. */
const known: Readonly<Record<string, Known>> = {
  "57P01": away("it is shutting down"),
  "57P02": away("it crashed and is recovering"),
  "57P03": away("it is starting up"),
  "53300": away("it has no connection left: raise max_connections, or give a smaller pool in DATABASE_URL"),
  "25P03": away("it ended a transaction that said nothing for too long"),
  "40001": conflict,
  "40P01": conflict,
  "55P03": conflict,
  "57014": unusable((server) => `The database ${server} is too slow: a statement took too long and was given up.`),
  "53100": unusable((server) => `The disk under the database ${server} is full. Make room, then try again.`),
  "53200": unusable((server) => `The database ${server} is out of memory.`),
  "58030": unusable((server) => `The disk under the database ${server} fails: reading or writing gave an error.`),
  "25006": unusable((server) => `The database ${server} is read-only. Give one that can be written to.`),
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
  const found = known[code] ?? (code.startsWith("08") ? away("the connection broke") : undefined);
  if (found !== undefined) {
    return { kind: found.kind, sentence: found.sentence(server) };
  }
  return (
    lateTrouble(error, server) ??
    networkTrouble(error, server) ??
    certificateTrouble(error, server) ??
    driverTrouble(error, server)
  );
}

/** The driver says some things in words only. */
function driverTrouble(error: unknown, server: string): Trouble | null {
  const message = error instanceof Error ? error.message : "";
  if (
    /connection terminated|connection ended|timeout expired|client (was|has) (closed|encountered)|not queryable/i.test(
      message,
    )
  ) {
    return { kind: "away", sentence: `The database ${server} cannot be reached (the connection broke).` };
  }
  if (isWithoutTls(error)) {
    return {
      kind: "unusable",
      sentence: `The database ${server} does not speak TLS, which sslmode asks for. Switch it on there, or give sslmode=disable.`,
    };
  }
  return /password must be a string|no password/i.test(message)
    ? { kind: "unusable", sentence: `The database ${server} wants a password and DATABASE_URL has none.` }
    : null;
}

export function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && error.message.includes("does not support SSL");
}

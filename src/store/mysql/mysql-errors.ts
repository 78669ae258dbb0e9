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
import { codeOf, distrust, type Trouble } from "../servers/trouble.ts";

const notAllowed = unusable(
  (server) =>
    `The user may not do what is needed in the database ${server}. Grant it all rights on the database (GRANT ALL PRIVILEGES ON name.* TO user).`,
);

/** By the numbers MySQL and MariaDB share: what is not the statement's fault. */
const known: Readonly<Record<number, KnownTrouble>> = {
  1021: full,
  1040: noConnectionLeft,
  1044: notAllowed,
  1045: unusable((server) => `The database ${server} refuses the user or the password. Check DATABASE_URL.`),
  1049: unusable(
    (server) => `The database ${server} does not exist. Create it (CREATE DATABASE name), then start again.`,
  ),
  1053: shuttingDown,
  1077: shuttingDown,
  1079: shuttingDown,
  1105: shuttingDown,
  1114: full,
  1129: unusable((server) => `The database ${server} blocks this host after many errors. Say FLUSH HOSTS there.`),
  1130: unusable((server) => `The database ${server} lets this host not in. Create the user for this host or for '%'.`),
  1142: notAllowed,
  1143: notAllowed,
  1153: unusable((server) => `A text is too large for the database ${server}. Raise its max_allowed_packet to 64M.`),
  1205: conflict,
  1213: conflict,
  1290: readOnly,
  1836: readOnly,
  1927: away("it ended the connection"),
  1969: slow,
  1698: unusable((server) => `The database ${server} refuses the user or the password. Check DATABASE_URL.`),
  3024: slow,
  4031: away("it ended a connection that said nothing for too long"),
};

export const alreadyThere = new Set([1050, 1060, 1061, 1062, 1091, 1826]);

export function mysqlNumber(error: unknown): number | null {
  return error instanceof Error && "errno" in error && typeof error.errno === "number" ? error.errno : null;
}

/** Null: the statement is at fault. */
export function mysqlTrouble(error: unknown, server: string): Trouble | null {
  return troubleOf(error, server, { byCode: known[mysqlNumber(error) ?? 0], byDriver: driverTrouble });
}

function driverTrouble(error: unknown, server: string): Trouble | null {
  if (codeOf(error) === "HANDSHAKE_SSL_ERROR") {
    return distrust(server, (error as Error).message);
  }
  if (isWithoutTls(error)) {
    return tellOf(withoutTls, server);
  }
  const isFatal = error instanceof Error && "fatal" in error && error.fatal === true;
  const message = error instanceof Error ? error.message : "";
  return isFatal || /closed state|connection (is )?closed/i.test(message) ? tellOf(broken, server) : null;
}

export function isWithoutTls(error: unknown): boolean {
  return codeOf(error) === "HANDSHAKE_NO_SSL_SUPPORT";
}

import { lateTrouble } from "./deadline.ts";
import { certificateTrouble, networkTrouble, type Trouble } from "./trouble.ts";

/** What a server's own code means; the sentence names the server. */
export type KnownTrouble = { kind: Trouble["kind"]; sentence(server: string): string };

/** It cannot be reached now; `why` completes "cannot be reached (…)". */
export const away = (why: string): KnownTrouble => ({
  kind: "away",
  sentence: (server) => `The database ${server} cannot be reached (${why}).`,
});
export const unusable = (sentence: KnownTrouble["sentence"]): KnownTrouble => ({ kind: "unusable", sentence });

export const conflict: KnownTrouble = {
  kind: "conflict",
  sentence: (server) => `Too many changes at once in the database ${server}: a lock was not to be had in time.`,
};
export const noConnectionLeft = away(
  "it has no connection left: raise max_connections, or give a smaller pool in DATABASE_URL",
);
export const shuttingDown = away("it is shutting down");
export const full = unusable((server) => `The disk under the database ${server} is full. Make room, then try again.`);
export const slow = unusable(
  (server) => `The database ${server} is too slow: a statement took too long and was given up.`,
);
export const readOnly = unusable((server) => `The database ${server} is read-only. Give one that can be written to.`);
export const withoutTls = unusable(
  (server) =>
    `The database ${server} does not speak TLS, which sslmode asks for. Switch it on there, or give sslmode=disable.`,
);
export const broken = away("the connection broke");

/**
 * The trouble an error tells of: by the server's own code, else as the network or TLS say it, else in the driver's own
 * words. Null: the statement is at fault.
 */
export function troubleOf(
  error: unknown,
  server: string,
  own: { byCode: KnownTrouble | undefined; byDriver: (error: unknown, server: string) => Trouble | null },
): Trouble | null {
  if (own.byCode !== undefined) {
    return tellOf(own.byCode, server);
  }
  return (
    lateTrouble(error, server) ??
    networkTrouble(error, server) ??
    certificateTrouble(error, server) ??
    own.byDriver(error, server)
  );
}

/** A known trouble of this server. */
export function tellOf({ kind, sentence }: KnownTrouble, server: string): Trouble {
  return { kind, sentence: sentence(server) };
}

import { TransactionConflict } from "../portable/dialect.ts";
import { StoreUnavailable } from "../store.ts";

/**
 * What is wrong when it is not the statement's fault. `away`: the server cannot be reached now, and may be back by itself.
 * `conflict`: other transactions were in the way, and the transaction may be run again. `unusable`: somebody must do something.
 */
export type Trouble = { kind: "away" | "conflict" | "unusable"; sentence: string };

/** The server does not answer now. A start waits for it. */
export class ServerAway extends StoreUnavailable {}

/** The error for the trouble; without trouble, the error as it is. */
export function errorOf(trouble: Trouble | null, error: unknown): unknown {
  if (trouble === null || error instanceof StoreUnavailable) {
    return error;
  }
  const cause = { cause: error };
  switch (trouble.kind) {
    case "away":
      return new ServerAway(trouble.sentence, cause);
    case "conflict":
      return new TransactionConflict(trouble.sentence, cause);
    case "unusable":
      return new StoreUnavailable(trouble.sentence, cause);
  }
}

/** The network's own codes, in words that complete "… cannot be reached (…)". */
const networkCodes: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection is refused: nothing listens there",
  ECONNRESET: "the connection broke",
  EPIPE: "the connection broke",
  PROTOCOL_CONNECTION_LOST: "the connection broke",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "the name of the host cannot be looked up",
  ETIMEDOUT: "it does not answer",
  EHOSTUNREACH: "there is no way to the host",
  ENETUNREACH: "there is no way to the network",
};

/** Null when it is not about the network. */
export function networkTrouble(error: unknown, server: string): Trouble | null {
  const found = wordsFor(error);
  return found === null ? null : { kind: "away", sentence: `The database ${server} cannot be reached (${found}).` };
}

function wordsFor(error: unknown): string | null {
  if (error instanceof AggregateError) {
    return error.errors.map(wordsFor).find((words) => words !== null) ?? null;
  }
  const code = codeOf(error);
  return (code === null ? undefined : networkCodes[code]) ?? null;
}

/** Of TLS: the certificate is not what was asked for. */
export function certificateTrouble(error: unknown, server: string): Trouble | null {
  const code = codeOf(error) ?? "";
  const isCertificate = /^(ERR_TLS_|UNABLE_TO_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/.test(code);
  return isCertificate ? distrust(server, (error as Error).message) : null;
}

export function distrust(server: string, why: string): Trouble {
  const advice =
    "Give its root certificate with sslrootcert and the host as the certificate names it, or a weaker sslmode";
  return {
    kind: "unusable",
    sentence: `The certificate of the database ${server} cannot be trusted (${why}). ${advice}.`,
  };
}

export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

import { readFileSync } from "node:fs";
import { StoreRefused } from "../store.ts";

const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

/** Where a database server is and how to reach it: the parts of a DATABASE_URL. */
export type ServerAddress = {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  sslMode: SslMode;
  /** Certificates to trust, in PEM; null for those of Node. */
  rootCertificates: Buffer | null;
  /** Connections at most: one writes, the others read. */
  connections: number;
  /** How long a start waits for a server that does not answer yet. */
  patienceMs: number;
  /** For people: who and where, without the password. */
  place: string;
};

const defaultConnections = 10;
const defaultPatienceSeconds = 30;

/** Takes the URL apart. Throws StoreRefused with a sentence that does not repeat it. */
export function parseServerAddress(databaseUrl: string, defaultPort: number): ServerAddress {
  const url = parse(databaseUrl);
  const parameters = url.searchParams;
  const user = decoded(url.username, "user");
  const database = decoded(url.pathname.slice(1), "database");
  const host = decoded(url.hostname, "host").replace(/^\[(.*)\]$/, "$1");
  for (const [part, value] of Object.entries({ user, host, database })) {
    if (value === "" || value.includes("\0")) {
      throw new StoreRefused(`DATABASE_URL names no ${part}. ${form(url.protocol)}`);
    }
  }
  const known = new Set(["sslmode", "sslrootcert", "pool", "wait"]);
  for (const name of parameters.keys()) {
    if (!known.has(name)) {
      throw new StoreRefused(
        `DATABASE_URL has a parameter "${name}" that is not known. Known are ${[...known].join(", ")}.`,
      );
    }
  }
  const port = url.port === "" ? defaultPort : Number(url.port);
  return {
    host,
    port,
    user,
    password: decoded(url.password, "password"),
    database,
    sslMode: sslModeOf(parameters.get("sslmode")),
    rootCertificates: certificatesIn(parameters.get("sslrootcert")),
    connections: wholeNumber("pool", parameters.get("pool"), { minimum: 2, maximum: 1000 }) ?? defaultConnections,
    patienceMs:
      1000 * (wholeNumber("wait", parameters.get("wait"), { minimum: 0, maximum: 86_400 }) ?? defaultPatienceSeconds),
    place: `${user}@${host.includes(":") ? `[${host}]` : host}:${port}/${database}`,
  };
}

function form(protocol: string): string {
  return `Give it as ${protocol}//user:password@host/database; special characters are written percent-encoded, @ as %40.`;
}

function parse(databaseUrl: string): URL {
  const scheme = databaseUrl.slice(0, databaseUrl.indexOf(":") + 1).toLowerCase();
  if (!URL.canParse(databaseUrl) || databaseUrl.includes("#")) {
    throw new StoreRefused(`DATABASE_URL is not understood. ${form(scheme)}`);
  }
  return new URL(databaseUrl);
}

function decoded(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StoreRefused(`The ${part} in DATABASE_URL is not percent-encoded as it must be: a % is written %25.`);
  }
}

function sslModeOf(text: string | null): SslMode {
  const mode = text === null ? "prefer" : sslModes.find((known) => known === text);
  if (mode === undefined) {
    throw new StoreRefused(`sslmode in DATABASE_URL must be one of ${sslModes.join(", ")}.`);
  }
  return mode;
}

function certificatesIn(path: string | null): Buffer | null {
  if (path === null) {
    return null;
  }
  try {
    return readFileSync(path);
  } catch (error) {
    throw new StoreRefused(
      `The file that sslrootcert in DATABASE_URL names cannot be read: ${(error as Error).message}.`,
    );
  }
}

function wholeNumber(name: string, text: string | null, range: { minimum: number; maximum: number }): number | null {
  if (text === null) {
    return null;
  }
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < range.minimum || value > range.maximum) {
    throw new StoreRefused(`${name} in DATABASE_URL must be a whole number from ${range.minimum} to ${range.maximum}.`);
  }
  return value;
}

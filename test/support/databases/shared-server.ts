import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitFor } from "../wait-for.ts";

/** Names the directory that all workers of a test run share (global-setup.ts). */
export const sharedDirectoryVariable = "UTM_TEST_SHARED_DIRECTORY";

export type ServerRecipe = {
  name: string;
  /** Makes the files of the server in the directory. Answers the command of the server and its URL. */
  prepare(directory: string, port: number): { command: string[]; url: string; stopSignal: string };
  /** Throws while it does not answer yet. */
  probe(url: string): Promise<void>;
};

const startMs = 60_000;

/** Ends the server when told to, when the test run is gone, or when the server ended by itself; then removes its files. */
const guardScript = `
  run=$1; owner=$1; directory=$2; signal=$3; shift 3
  "$@" & server=$!
  trap 'owner=gone' TERM INT HUP
  while [ "$owner" != gone ] && kill -0 "$owner" 2>/dev/null && kill -0 "$server" 2>/dev/null; do
    sleep 1 & wait $!
  done
  kill -s "$signal" "$server" 2>/dev/null
  wait "$server"
  rm -rf "$directory/data"
  kill -0 "$run" 2>/dev/null || rm -rf "\${directory%/*}"
`;

/** The URL of the server of this test run, started when nobody has started it yet. */
export async function sharedServer(recipe: ServerRecipe): Promise<string> {
  const shared = process.env[sharedDirectoryVariable];
  if (shared === undefined) {
    throw new Error("No test run: the global set-up of the tests has not been called.");
  }
  const directory = join(shared, recipe.name);
  const urlFile = join(directory, "url");
  if (isFirst(directory)) {
    try {
      await start(recipe, directory, urlFile);
    } catch (error) {
      writeWhole(urlFile, `failed: ${(error as Error).message}`);
    }
  }
  await waitFor(`${recipe.name} to start`, () => existsSync(urlFile), startMs);
  const url = readFileSync(urlFile, "utf8");
  if (url.startsWith("failed: ")) {
    throw new Error(`${recipe.name} could not be started: ${url.slice("failed: ".length)}`);
  }
  return url;
}

/** The certificate that signed those of the servers, for sslrootcert. It is for the name localhost. */
export const rootCertificatePath = tlsFile("ca.pem");

/** Puts certificate and key of a server into its directory, where they have the permissions that servers ask for. */
export function placeCertificate(directory: string): { certificate: string; key: string } {
  const certificate = join(directory, "server.pem");
  const key = join(directory, "server.key");
  copyFileSync(tlsFile("server.pem"), certificate);
  copyFileSync(tlsFile("server.key"), key);
  chmodSync(key, 0o600);
  return { certificate, key };
}

function tlsFile(name: string): string {
  return fileURLToPath(new URL(`tls/${name}`, import.meta.url));
}

function isFirst(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

async function start(recipe: ServerRecipe, directory: string, urlFile: string): Promise<void> {
  const port = await freePort();
  const { command, url, stopSignal } = recipe.prepare(directory, port);
  const logPath = join(directory, "log");
  const log = openSync(logPath, "a");
  const words = ["-c", guardScript, "guard", process.env.UTM_TEST_RUN ?? "1", directory, stopSignal, ...command];
  // In a session of its own, so that Ctrl-C reaches the tests first and the guard ends it after them.
  const guard = spawn("/bin/sh", words, { detached: true, stdio: ["ignore", log, log] });
  guard.unref();
  writeWhole(join(directory, "guard.pid"), String(guard.pid));
  try {
    await waitFor(`${recipe.name} to answer`, () => answers(recipe, url, guard), startMs);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${readFileSync(logPath, "utf8").slice(-2000)}`, { cause: error });
  }
  writeWhole(urlFile, url);
}

/** False while it does not answer yet. Throws when it has ended. */
async function answers(recipe: ServerRecipe, url: string, guard: ChildProcess): Promise<boolean> {
  try {
    await recipe.probe(url);
    return true;
  } catch (error) {
    if (guard.exitCode !== null) {
      throw error;
    }
    return false;
  }
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

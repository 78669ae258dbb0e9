import { randomUUID } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { RunAs } from "../supervise/order.ts";

/** The folders of a data directory. Only the server's user may enter it. */
export type DataDirectory = {
  root: string;
  /** Journals and FIFOs. */
  node: string;
  /** What attempts write, or wrote; it may be elsewhere. Its real path. */
  output: string;
  /** Identity of this node, kept with its journals. */
  nodeKey: string;
};

/** Makes the directory when it is missing; answers its real path. Throws with a sentence when it cannot be used. */
export function makeDataDirectory(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`The data directory ${path} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
  return realpathSync(path);
}

/**
 * Makes what is missing in it. Only for who has locked it: two at once would give the node two keys. `outputDir` is
 * absolute; null for one in it.
 */
export function openDataDirectory(root: string, outputDir: string | null): DataDirectory {
  const node = join(root, "node");
  const wanted = outputDir ?? join(root, "output");
  mkdirSync(node, { recursive: true, mode: 0o700 });
  makeOutputDirectory(wanted);
  const output = realpathSync(wanted);
  return { root, node, output, nodeKey: readNodeKey(join(node, "node.key")) };
}

function makeOutputDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`The output directory ${path} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}

/** An empty file is that of a server that was killed, or found the disk full, before it wrote the key. */
function readNodeKey(path: string): string {
  if (!existsSync(path) || readFileSync(path, "utf8").trim() === "") {
    writeFileSync(path, `${randomUUID()}\n`, { mode: 0o600 });
  }
  return readFileSync(path, "utf8").trim();
}

/** A sentence when the directory is gone or another one than at start; else null. */
export function directoryWatch(root: string): () => string | null {
  const first = statSync(root).ino;
  return () => {
    try {
      return statSync(root).ino === first
        ? null
        : `The data directory ${root} was replaced while the server ran. ${advice}`;
    } catch {
      return `The data directory ${root} is gone. ${advice}`;
    }
  };
}

const advice = "Put it back, or stop the server and start it again.";

/** The user tasks run as, by /etc/passwd. Throws with a sentence when that is not possible here. */
export function findRunAs(name: string | null): RunAs | null {
  if (name === null) {
    return null;
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      "UTM_RUN_AS needs the server to be started as root: only root can start processes as another user.",
    );
  }
  for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
    const [user, , uid, gid, , home] = line.split(":");
    if (user === name) {
      // System users often have a home that does not exist; tasks start in one that does.
      const isThere = home !== undefined && home !== "" && existsSync(home);
      return { name, uid: Number(uid), gid: Number(gid), home: isThere ? home : "/" };
    }
  }
  throw new Error(`UTM_RUN_AS names the user ${name}, and this machine has no such user.`);
}

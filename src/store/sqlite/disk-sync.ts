import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";
import { StoreUnavailable } from "../store.ts";

/**
 * Waits for the disk beside the event loop. Commits append to the write-ahead log, in order; once the log is synced, all
 * commits before are on the disk. SQLite holds no lock on the log, so a second descriptor of it disturbs none.
 *
 * One sync is under way at a time. Who asks meanwhile waits for the next one, which covers all of them.
 */
export type DiskSync = { sync(): Promise<void>; close(): Promise<void> };

const syncFile = promisify(fdatasync);

/** The log exists once something was written. Throws StoreUnavailable when the disk fails. */
export function openDiskSync(path: string): DiskSync {
  const log = openSync(`${path}-wal`, "r");
  let underWay: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  async function run(): Promise<void> {
    try {
      await syncFile(log);
    } catch (error) {
      const why = (error as Error).message;
      throw new StoreUnavailable(`The disk under the database ${path} fails: ${why}.`, { cause: error });
    } finally {
      underWay = null;
    }
  }

  function start(): Promise<void> {
    underWay = run();
    return underWay;
  }

  return {
    sync() {
      if (underWay === null) {
        return start();
      }
      next ??= underWay
        .catch(() => undefined)
        .then(() => {
          next = null;
          return start();
        });
      return next;
    },
    async close() {
      await Promise.allSettled([underWay, next]);
      closeSync(log);
    },
  };
}

import { closeSync, type FSWatcher, fstatSync, openSync, readSync, rmSync, watch, writeSync } from "node:fs";
import { bootTimeMs } from "../machine.ts";
import { type JournalRecord, parseRecord } from "./record.ts";

/**
 * One journal file: what the shims of one launcher wrote. Read from where the last read ended; a line still without its
 * line end is left for the next time. Two things wake a reader: a watch on the file, and the supervisor's slow tick for
 * file systems on which watches do not fire.
 */
export class Journal {
  readonly path: string;
  readonly generation: number;
  #fd: number;
  #offset = 0;
  #rest = "";
  #watcher: FSWatcher | null = null;
  readonly #bootMs = bootTimeMs();

  constructor(path: string, generation: number) {
    this.path = path;
    this.generation = generation;
    this.#fd = openSync(path, "a+", 0o600);
  }

  /** Appends a line of the server's own. Throws, and closes the file, when it cannot be written wholly (a full disk). */
  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    try {
      if (writeSync(this.#fd, bytes) < bytes.length) {
        throw new Error(`The journal ${this.path} took only a part of a line. Is the disk full?`);
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The records written since the last call. */
  read(): JournalRecord[] {
    const records: JournalRecord[] = [];
    if (this.#fd < 0) {
      return records;
    }
    const size = fstatSync(this.#fd).size;
    while (this.#offset < size) {
      const buffer = Buffer.allocUnsafe(Math.min(size - this.#offset, 65_536));
      const count = readSync(this.#fd, buffer, 0, buffer.length, this.#offset);
      if (count === 0) {
        break;
      }
      this.#offset += count;
      const lines = (this.#rest + buffer.toString("latin1", 0, count)).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) {
        const record = parseRecord(line, this.#bootMs);
        if (record !== null) {
          records.push(record);
        }
      }
    }
    return records;
  }

  /** Calls back soon after the file has grown. */
  watch(onGrowth: () => void): void {
    let isScheduled = false;
    const notice = () => {
      if (!isScheduled) {
        isScheduled = true;
        setImmediate(() => {
          isScheduled = false;
          onGrowth();
        });
      }
    };
    // A watch that breaks (removed directory), or cannot be had because others use them all up, must not end the server:
    // the tick goes on reading.
    try {
      this.#watcher = watch(this.path, { persistent: false }, notice);
      this.#watcher.on("error", () => undefined);
    } catch {
      this.#watcher = null;
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
    if (this.#fd >= 0) {
      closeSync(this.#fd);
      this.#fd = -1;
    }
  }

  /** Closes and deletes it: every attempt in it has its end in the record. */
  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }
}

import { chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "./launcher/quote.ts";
import { attemptSnippet, type Means } from "./launcher/snippet.ts";
import { type AttemptOrder, takesInput } from "./order.ts";

/**
 * The files an attempt is started from, when it needs any: its standard input, its script, its lines if they are long.
 * `input` is the FIFO of an input that stays open, and `problem` what went wrong after a switch of the user; its shim
 * makes and reads them.
 */
export type AttemptFiles = {
  /**
   * Writes them and answers what the launcher is sent; `firstLine` is one of its own to begin with. Throws when they cannot
   * be written.
   */
  write(order: AttemptOrder, firstLine: string | null): { message: string; hasFiles: boolean };
  /** What the names of this attempt's files begin with. */
  baseOf(key: string): string;
  remove(key: string): void;
  /** Removes what earlier lives left of attempts that are not known any more. */
  sweep(isKnown: (key: string) => boolean): void;
};

/** bash reads the FIFO byte by byte: longer lines go through a file, or every start behind them would wait. */
const longestLines = 4000;
const kinds = ["stdin", "script", "lines", "input", "problem"] as const;

export function createAttemptFiles(options: Means & { directory: string }): AttemptFiles {
  const { directory, runAs } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });

  function baseOf(key: string): string {
    return join(directory, key);
  }

  function writeText(key: string, kind: (typeof kinds)[number], text: string): string {
    const path = `${baseOf(key)}.${kind}`;
    writeFileSync(path, text, { mode: 0o600 });
    if (kind === "script" && runAs !== null) {
      chownSync(path, runAs.uid, runAs.gid);
    }
    return path;
  }

  function remove(key: string): void {
    for (const kind of kinds) {
      rmSync(`${baseOf(key)}.${kind}`, { force: true });
    }
  }

  return {
    baseOf,
    remove,
    sweep(isKnown) {
      const keys = new Set(readdirSync(directory).map(keyOf));
      for (const key of keys) {
        if (key !== null && !isKnown(key)) {
          remove(key);
        }
      }
    },
    write(order, firstLine) {
      const { key, program, stdin } = order;
      const isEmpty = stdin === null || (stdin === "" && takesInput(order));
      const stdinPath = isEmpty ? null : writeText(key, "stdin", stdin);
      const scriptPath = program.kind === "script" ? writeText(key, "script", program.body) : null;
      const base = baseOf(key);
      const snippet = attemptSnippet(options, order, { base, stdinPath, scriptPath });
      const lines = firstLine === null ? snippet.lines : `${firstLine}\n${snippet.lines}`;
      const { asks } = snippet;
      const isLong = lines.length > longestLines;
      const sent = isLong ? sourced(writeText(key, "lines", lines)) : lines;
      const message = `t ${key} ${quote(sent)} ${asks === "" ? "" : `${asks} ${quote(base)} `}end\n`;
      return { message, hasFiles: stdinPath !== null || scriptPath !== null || isLong || asks !== "" };
    },
  };
}

/** Null for a file that is none of these. */
function keyOf(name: string): string | null {
  const kind = kinds.find((one) => name.endsWith(`.${one}`));
  return kind === undefined ? null : name.slice(0, -kind.length - 1);
}

/** A shell ends when it cannot read what it is told to source; the attempt's own problem is told instead. */
function sourced(path: string): string {
  return `[ -r ${quote(path)} ] || f files\n. ${quote(path)}`;
}

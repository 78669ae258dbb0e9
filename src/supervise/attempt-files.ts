import { chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "./launcher/quote.ts";
import type { Shell } from "./launcher/shell.ts";
import { attemptSnippet } from "./launcher/snippet.ts";
import type { AttemptOrder, RunAs } from "./order.ts";

/** The files an attempt is started from, when it needs any: its standard input, its script, its lines if they are long. */
export type AttemptFiles = {
  /** Writes them and answers the lines for the launcher. Throws when they cannot be written. */
  write(order: AttemptOrder): { lines: string; hasFiles: boolean };
  remove(key: string): void;
};

/** bash reads the FIFO byte by byte: longer lines go through a file, or every start behind them would wait. */
const longestLines = 4000;
const kinds = ["stdin", "script", "lines"] as const;

export function createAttemptFiles(options: { directory: string; shell: Shell; runAs: RunAs | null }): AttemptFiles {
  const { directory, shell, runAs } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });

  function pathOf(key: string, kind: (typeof kinds)[number]): string {
    return join(directory, `${key}.${kind}`);
  }

  function writeText(key: string, kind: (typeof kinds)[number], text: string): string {
    const path = pathOf(key, kind);
    writeFileSync(path, text, { mode: 0o600 });
    if (kind === "script" && runAs !== null) {
      chownSync(path, runAs.uid, runAs.gid);
    }
    return path;
  }

  return {
    write(order) {
      const { key, program, stdin } = order;
      const stdinPath = stdin === null ? null : writeText(key, "stdin", stdin);
      const scriptPath = program.kind === "script" ? writeText(key, "script", program.body) : null;
      const snippet = attemptSnippet(shell, order, { stdinPath, scriptPath }, runAs);
      const isLong = snippet.length > longestLines;
      const lines = isLong ? sourced(writeText(key, "lines", snippet)) : snippet;
      return { lines, hasFiles: stdinPath !== null || scriptPath !== null || isLong };
    },
    remove(key) {
      for (const kind of kinds) {
        rmSync(pathOf(key, kind), { force: true });
      }
    },
  };
}

/** A shell ends when it cannot read what it is told to source; the attempt's own problem is told instead. */
function sourced(path: string): string {
  return `[ -r ${quote(path)} ] || f files\n. ${quote(path)}`;
}

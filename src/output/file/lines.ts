import type { Gap, OutputLine } from "../output.ts";
import { readGap, toGap } from "./gap-record.ts";
import { createLineIndex, extendLineIndex, type LineIndex, lineTotal } from "./line-index.ts";
import { openIfThere } from "./read.ts";
import { readLines, type ShownLine } from "./read-lines.ts";

/**
 * Pages of numbered lines. Indexes of the files asked for last are kept, at most `keptIndexes`. Requests for one file
 * take turns, so that a second one finds the index as the first one's scan left it instead of scanning beside it.
 */
export type LinePage = { lines: OutputLine[]; total: number; gap: Gap | null };

export type LineReader = {
  lines(path: string, page: { from: number; count: number }): Promise<LinePage>;
  forget(path: string): void;
};

type Indexed = { index: LineIndex; turn: Promise<unknown> };

const keptIndexes = 64;

/** Makes a reader with no file known yet. */
export function createLineReader(): LineReader {
  const known = new Map<string, Indexed>();

  function indexOf(path: string): Indexed {
    const indexed = known.get(path) ?? { index: createLineIndex(), turn: Promise.resolve() };
    known.delete(path);
    known.set(path, indexed);
    const [oldest] = known.keys();
    if (known.size > keptIndexes && oldest !== undefined) {
      known.delete(oldest);
    }
    return indexed;
  }

  return {
    lines(path, page) {
      const indexed = indexOf(path);
      const answer = indexed.turn.then(() => readPage(path, indexed.index, page));
      indexed.turn = answer.catch(() => undefined);
      return answer;
    },
    forget(path) {
      known.delete(path);
    },
  };
}

async function readPage(path: string, index: LineIndex, page: { from: number; count: number }): Promise<LinePage> {
  const handle = await openIfThere(path);
  if (handle === null) {
    return { lines: [], total: 0, gap: null };
  }
  try {
    await extendLineIndex(index, handle, path);
    const total = lineTotal(index);
    const first = Math.max(1, page.from < 0 ? total + page.from + 1 : page.from);
    const shown = first > total ? [] : await readLines(handle, index, { first, count: page.count });
    // The cap may have struck since the index was made. A line it touched is left out, never shown with zeros in it.
    const gap = toGap(await readGap(path));
    const isThere = (line: ShownLine) => gap === null || line.offset > gap.last || line.shownEnd <= gap.first;
    const lines = shown.filter(isThere).map(({ number, offset, text }) => ({ number, offset, text }));
    return { lines, total, gap };
  } finally {
    await handle.close();
  }
}

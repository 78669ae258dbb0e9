import type { FileHandle } from "node:fs/promises";
import type { SearchResult } from "../../output.ts";
import type { SearchQuery } from "../../search-query.ts";
import { readGap, toGap } from "../gap-record.ts";
import type { LineIndex } from "../line-index.ts";
import { openIfThere } from "../read.ts";
import { createMatcher } from "./matcher.ts";
import { Overtaken, scanLines } from "./scan.ts";
import { readMatches } from "./shown.ts";

/** Searches one file; nothing is found where there is none. See scan.ts for what happens while the cap is at work. */
export async function searchFile(path: string, query: SearchQuery, onProgress: () => void): Promise<SearchResult> {
  const handle = await openIfThere(path);
  if (handle === null) {
    return { matches: [], total: 0, isTruncated: false, gap: null };
  }
  try {
    const { size, ino } = await handle.stat();
    for (;;) {
      try {
        return await searchOnce({ handle, path, size, inode: ino }, query, onProgress);
      } catch (error) {
        if (!(error instanceof Overtaken)) {
          throw error;
        }
      }
    }
  } finally {
    await handle.close();
  }
}

async function searchOnce(
  file: { handle: FileHandle; path: string; size: number; inode: number },
  query: SearchQuery,
  onProgress: () => void,
): Promise<SearchResult> {
  const { from, limit } = query;
  const scan = await scanLines(file, createMatcher(query), { from, limit, onProgress });
  const matches = await readMatches(file.handle, scan.index, scan.found, query, onProgress);
  await refuseOvertaken(file.path, scan.index);
  const isTruncated = scan.isMore || matches.length < scan.found.length;
  return { matches, total: scan.total, isTruncated, gap: scan.index.gap };
}

/** The texts were read after the scan: were their bytes still there? */
async function refuseOvertaken(path: string, index: LineIndex): Promise<void> {
  const gap = toGap(await readGap(path));
  const before = index.gap;
  if (gap === null || (before !== null && gap.first === before.first && gap.last === before.last)) {
    return;
  }
  const headEnd = before === null ? index.position : before.first;
  const tailFirst = before === null ? index.position : before.last + 1;
  if (gap.first < headEnd || tailFirst < index.position) {
    throw new Overtaken();
  }
}

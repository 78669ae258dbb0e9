import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { OutputLines } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { taskKeys } from "../api/task-queries.ts";
import { styleAfter } from "../terminal/escape-sequences.ts";
import type { BufferedLine } from "../terminal/line-buffer.ts";

const linesPerPage = 500;
/** Lines before the one asked for, so that it stands among others. */
const linesBefore = 200;
/** What is far from the place somebody reads at is dropped again. */
const mostPages = 20;

type Place = { from: number; count: number };

/**
 * The lines around one that the page has not loaded: outputs of a gigabyte are read where somebody wants to look, in pages
 * from the server. `line` null: nothing is asked for.
 */
export function useExcerpt(taskId: number, attempt: number, line: number | null) {
  const found = useInfiniteQuery({
    queryKey: [...taskKeys.excerpt(taskId), attempt, line],
    enabled: line !== null,
    staleTime: Number.POSITIVE_INFINITY,
    maxPages: mostPages,
    initialPageParam: { from: Math.max(1, (line ?? 1) - linesBefore), count: linesPerPage } as Place,
    queryFn: ({ pageParam, signal }) =>
      client.call(contract.getOutputLines, { params: { id: taskId }, query: { ...pageParam, attempt } }, { signal }),
    getPreviousPageParam: placeBefore,
    getNextPageParam: placeAfter,
  });
  const pages = found.data?.pages;
  const lines = useMemo(() => linesOf(pages ?? []), [pages]);
  return {
    lines,
    total: pages?.at(-1)?.total ?? 0,
    version: found.dataUpdatedAt,
    error: found.error,
    isLoading: line !== null && found.data === undefined && found.error === null,
    earlier: found.hasPreviousPage ? () => void (found.isFetching || found.fetchPreviousPage()) : null,
    later: found.hasNextPage ? () => void (found.isFetching || found.fetchNextPage()) : null,
    retry: () => void found.refetch(),
  };
}

export type Excerpt = ReturnType<typeof useExcerpt>;

function placeBefore(page: OutputLines): Place | undefined {
  const first = page.lines[0]?.number ?? 1;
  const from = Math.max(1, first - linesPerPage);
  return first === 1 ? undefined : { from, count: first - from };
}

function placeAfter(page: OutputLines): Place | undefined {
  const last = page.lines.at(-1)?.number;
  return last === undefined || last >= page.total ? undefined : { from: last + 1, count: linesPerPage };
}

/** As the viewer draws them: with the colours in force, and a marker where the output cap removed something. */
function linesOf(pages: readonly OutputLines[]): BufferedLine[] {
  const lines: BufferedLine[] = [];
  const gap = pages.at(-1)?.gap ?? null;
  let carry = "";
  let isBeforeGap = false;
  for (const { number, offset, text } of pages.flatMap((page) => page.lines)) {
    if (gap !== null && isBeforeGap && offset > gap.first) {
      const gapBytes = gap.last - gap.first + 1;
      lines.push({ key: -1, number: null, offset: gap.first, text: "", carry: "", cutCharacters: 0, gapBytes });
      carry = "";
    }
    isBeforeGap = gap !== null && offset <= gap.first;
    lines.push({ key: number, number, offset, text, carry, cutCharacters: 0, gapBytes: 0 });
    carry = styleAfter(text, carry);
  }
  return lines;
}

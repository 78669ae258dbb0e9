import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { OutputLines, OutputStream } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { taskKeys } from "../api/task-queries.ts";
import type { BufferedLine } from "../terminal/line-buffer.ts";

/** Which lines of a marked output are shown: all of them, or those with something of one stream. */
export const streamChoices = ["all", "stderr", "stdout"] as const satisfies readonly ("all" | OutputStream)[];
export type StreamChoice = (typeof streamChoices)[number];

/** Lines far apart take the server some milliseconds each in a gigabyte. */
const pageSize = 200;
/** For each page: who has many on the screen costs the server no more than who has one. */
const watchMs = 1000;
/** What takes long is not asked again soon. */
const restPerAsk = 5;
/** What is far from the place somebody reads at is dropped again. */
const mostPages = 50;

type StreamSource = { taskId: number; attempt: number; isRunning: boolean; stream: StreamChoice };

/**
 * The lines that have something of one stream, in pages from the server. While the attempt runs, those on the screen are
 * asked for again: new lines come, and marks come a moment after their lines.
 */
export function useStreamLines({ taskId, attempt, isRunning, stream }: StreamSource) {
  const enabled = stream !== "all" && attempt > 0;
  const begun = useRef<number[]>([]);
  const tookMs = useRef(0);
  const found = useInfiniteQuery({
    queryKey: [...taskKeys.streamLines(taskId), attempt, stream],
    enabled,
    maxPages: mostPages,
    initialPageParam: 1,
    queryFn: async ({ pageParam, signal }) => {
      if (!begun.current.includes(pageParam)) {
        begun.current.push(pageParam);
      }
      const query = { attempt, from: pageParam, count: pageSize, stream: stream === "all" ? undefined : stream };
      const begunAtMs = performance.now();
      const page = await client.call(contract.getOutputLines, { params: { id: taskId }, query }, { signal });
      tookMs.current = performance.now() - begunAtMs;
      return page;
    },
    refetchInterval: ({ state }) =>
      isRunning ? (state.data?.pages.length ?? 1) * Math.max(watchMs, restPerAsk * tookMs.current) : false,
    getNextPageParam: (page) => page.next ?? undefined,
    // Pages are found forwards only: the one before begins where one has begun already.
    getPreviousPageParam: (_page, _pages, first) => {
      const before = begun.current.filter((from) => from < first);
      return before.length === 0 ? undefined : Math.max(...before);
    },
  });
  const { refetch } = found;
  useEffect(() => {
    if (enabled && !isRunning) {
      void refetch();
    }
  }, [enabled, isRunning, refetch]);
  const pages = found.data?.pages;
  return {
    lines: useMemo(() => linesOf(pages ?? []), [pages]),
    version: found.dataUpdatedAt,
    error: found.error,
    isLoading: enabled && found.data === undefined && found.error === null,
    earlier: found.hasPreviousPage ? () => void (found.isFetching || found.fetchPreviousPage()) : null,
    later: found.hasNextPage ? () => void (found.isFetching || found.fetchNextPage()) : null,
    retry: () => void found.refetch(),
  };
}

/** Colours in force where a line begins are not known. While marks still come, pages may have lines in common. */
function linesOf(pages: readonly OutputLines[]): BufferedLine[] {
  const lines: BufferedLine[] = [];
  let last = 0;
  for (const { number, offset, text } of pages.flatMap((page) => page.lines)) {
    if (number > last) {
      lines.push({ key: number, number, offset, text, carry: "", cutCharacters: 0, gapBytes: 0 });
      last = number;
    }
  }
  return lines;
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import type { OutputMatches } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { taskKeys } from "../api/task-queries.ts";
import type { BufferedLine } from "../terminal/line-buffer.ts";

export type FindQuery = { text: string; isRegex: boolean };

/** A line to go to; another object each time somebody asks to go there. */
export type FindTarget = { number: number; text: string };

const pageSize = 1000;
const watchMs = 2000;
/** The server searches for everybody: a search that takes long is not made again soon. */
const restPerSearch = 5;
/** Who has scrolled through more matches is not looking for the newest. */
const pagesWatched = 2;

/** Colours in force where the line begins are not known. */
function lineOf({ number, offset, text }: OutputMatches["matches"][number]): BufferedLine {
  return { key: number, number, offset, text, carry: "", cutCharacters: 0, gapBytes: 0 };
}

/** `isWatched`: only the matches are shown, so that new ones have to come by themselves. */
type FindSource = { taskId: number; attempt: number; isRunning: boolean; isWatched: boolean };

/**
 * Finds a text in the whole output of an attempt, also in what this page has not loaded: the server looks. Walking on
 * from the last match begins again at the first, and while the attempt runs asks anew for what came meanwhile.
 */
export function useFind(source: FindSource, query: FindQuery) {
  const { taskId, attempt, isRunning, isWatched } = source;
  const [place, setPlace] = useState({ index: 0, jumps: 0 });
  const tookMs = useRef(0);
  const found = useInfiniteQuery({
    queryKey: [...taskKeys.search(taskId), attempt, query],
    enabled: query.text !== "",
    initialPageParam: 1,
    queryFn: async ({ pageParam, signal }) => {
      const begunAtMs = performance.now();
      const regex = query.isRegex ? ("true" as const) : undefined;
      const asked = { q: query.text, regex, ignore_case: "true" as const, attempt, from: pageParam, limit: pageSize };
      const found = await client.call(contract.searchOutput, { params: { id: taskId }, query: asked }, { signal });
      tookMs.current = performance.now() - begunAtMs;
      return found;
    },
    refetchInterval: ({ state }) =>
      isWatched && isRunning && (state.data?.pages.length ?? 0) <= pagesWatched
        ? Math.max(watchMs, restPerSearch * tookMs.current)
        : false,
    getNextPageParam: (page) => (page.truncated ? (page.matches.at(-1)?.number ?? 0) + 1 : undefined),
  });
  const matches = useMemo(() => found.data?.pages.flatMap((page) => page.matches) ?? [], [found.data]);
  const total = found.data?.pages[0]?.total ?? 0;
  const match = matches[place.index];
  // biome-ignore lint/correctness/useExhaustiveDependencies: a further jump to the same line is a jump
  const target = useMemo<FindTarget | null>(
    () => (match === undefined ? null : { number: match.number, text: match.text }),
    [match?.number, place.jumps],
  );

  function goTo(index: number) {
    setPlace(({ jumps }) => ({ index, jumps: jumps + 1 }));
  }
  async function next() {
    if (place.index + 1 < matches.length) {
      goTo(place.index + 1);
    } else if (found.hasNextPage) {
      await found.fetchNextPage();
      goTo(place.index + 1);
    } else {
      const grown = isRunning ? await found.refetch() : null;
      const hasMore = (grown?.data?.pages.flatMap((page) => page.matches).length ?? 0) > place.index + 1;
      goTo(hasMore ? place.index + 1 : 0);
    }
  }
  function previous() {
    goTo(place.index > 0 ? place.index - 1 : Math.max(0, matches.length - 1));
  }
  return {
    target,
    /** The lines that have it, as far as they were fetched; `fetchMore` null when these are all. */
    lines: useMemo(() => matches.map(lineOf), [matches]),
    version: found.dataUpdatedAt,
    fetchMore: found.hasNextPage ? () => void (found.isFetching || found.fetchNextPage()) : null,
    numbers: useMemo(() => new Set(matches.map(({ number }) => number)), [matches]),
    index: match === undefined ? null : place.index,
    total,
    isSearching: found.isFetching && found.data === undefined,
    error: found.error,
    /** Another text begins at its first match. */
    restart: () => setPlace({ index: 0, jumps: 0 }),
    next,
    previous,
  };
}

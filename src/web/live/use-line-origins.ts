import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { maxMarksPerAnswer, type StderrMarks } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { taskKeys } from "../api/task-queries.ts";
import {
  type ByteRange,
  blockBytesFor,
  blocksOf,
  bytesOfLine,
  type LineOrigin,
  originOf,
} from "../task/line-origins.ts";
import type { BufferedLine } from "../terminal/line-buffer.ts";

/** An output whose standard error is marked. */
export type MarkedOutput = { taskId: number; attempt: number; isRunning: boolean; sizeBytes: number };

/** Lines in sight. `end` is where the output ends when the last of them is its last one; null for a list of matches. */
type Sight = { lines: readonly BufferedLine[]; firstRow: number; lastRow: number; end: number | null };

type Block = {
  marks: StderrMarks["marks"];
  /** Bytes before it have all the marks they will ever have. */
  settledBytes: number;
  /** From this byte of the output on nothing is marked; null when all of it is. */
  unmarkedFrom: number | null;
};

const askPauseMs = 250;
/** A mark is there sooner than this after its byte. */
const markLagMs = 3000;
/** A block of more marks than so many answers hold is shown with those. */
const mostAnswers = 20;

/**
 * Where the lines in sight came from, by their row; null while that is not known, and for outputs that are not marked, of
 * which nothing is asked. What was fetched is kept. While the attempt runs, blocks that may get further marks are asked for
 * again after more output came.
 */
export function useLineOrigins(output: MarkedOutput | null, sight: Sight): (row: number) => LineOrigin | null {
  const { taskId, attempt, isRunning, sizeBytes } = output ?? { taskId: 0, attempt: 0, isRunning: false, sizeBytes: 0 };
  const settledBytes = useSettledBytes(isRunning, sizeBytes);
  const rangeOf = (row: number) => bytesOfLine(sight.lines, row, sight.end);
  const ranges = output === null ? [] : rangesOf(sight, rangeOf);
  const blockBytes = blockBytesFor(ranges);
  const blocks = blocksOf(ranges, blockBytes);
  const keyOf = (block: number) => [...taskKeys.stderrMarks(taskId), attempt, blockBytes, block];
  const found = useQueries({
    queries: blocks.map((block) => ({
      queryKey: keyOf(block),
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Block> => {
        const settled = settledBytes();
        const range = { first: block * blockBytes, end: (block + 1) * blockBytes };
        return { ...(await fetchMarks(taskId, attempt, range, signal)), settledBytes: settled };
      },
    })),
  });
  useAskAgain({ isRunning, sizeBytes }, () =>
    blocks.filter((block, index) => (found[index]?.data?.settledBytes ?? 0) < (block + 1) * blockBytes).map(keyOf),
  );
  const byBlock = new Map(blocks.map((block, index) => [block, found[index]?.data?.marks]));
  const knownTo = Math.min(...found.map(({ data }) => data?.unmarkedFrom ?? Number.POSITIVE_INFINITY));
  return (row) => {
    const range = rangeOf(row);
    const isKnown = output !== null && range.end <= knownTo;
    return isKnown ? originOf(range, (block) => byBlock.get(block), blockBytes) : null;
  };
}

function rangesOf({ lines, firstRow, lastRow }: Sight, rangeOf: (row: number) => ByteRange): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (let row = Math.max(0, firstRow); row <= lastRow; row += 1) {
    if ((lines[row]?.gapBytes ?? 1) === 0) {
      ranges.push(rangeOf(row));
    }
  }
  return ranges;
}

async function fetchMarks(
  id: number,
  attempt: number,
  range: ByteRange,
  signal: AbortSignal,
): Promise<Omit<Block, "settledBytes">> {
  const marks: Block["marks"] = [];
  let unmarkedFrom: number | null = null;
  let { first } = range;
  for (let answers = 0; answers < mostAnswers; answers += 1) {
    const query = { attempt, first, end: range.end, limit: maxMarksPerAnswer };
    const page = await client.call(contract.getStderrMarks, { params: { id }, query }, { signal });
    marks.push(...page.marks);
    unmarkedFrom = page.unmarked_from;
    const last = page.marks.at(-1);
    if (!page.truncated || last === undefined) {
      break;
    }
    first = last.last + 1;
  }
  return { marks, unmarkedFrom };
}

/** Tells how much of the output had come long enough ago to have its marks: all, once the attempt is over. */
function useSettledBytes(isRunning: boolean, sizeBytes: number): () => number {
  const seen = useRef<{ atMs: number; bytes: number }[]>([]);
  const isOver = useRef(!isRunning);
  isOver.current = !isRunning;
  useEffect(() => {
    seen.current.push({ atMs: performance.now(), bytes: sizeBytes });
  }, [sizeBytes]);
  return useMemo(
    () => () => {
      const settledAtMs = performance.now() - markLagMs;
      const last = seen.current.findLastIndex(({ atMs }) => atMs <= settledAtMs);
      seen.current.splice(0, last);
      return isOver.current ? Number.POSITIVE_INFINITY : last < 0 ? 0 : (seen.current[0]?.bytes ?? 0);
    },
    [],
  );
}

/** Asks soon after output came, once more when its marks must be there, and at the end. */
function useAskAgain(
  { isRunning, sizeBytes }: { isRunning: boolean; sizeBytes: number },
  unsettled: () => unknown[][],
) {
  const queries = useQueryClient();
  const ask = useRef(() => {});
  ask.current = () => {
    for (const queryKey of unsettled()) {
      void queries.refetchQueries({ queryKey, exact: true }, { cancelRefetch: false });
    }
  };
  const soon = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const late = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time there is more
  useEffect(() => {
    soon.current ??= setTimeout(() => {
      soon.current = undefined;
      ask.current();
    }, askPauseMs);
    clearTimeout(late.current);
    late.current = setTimeout(() => ask.current(), markLagMs + askPauseMs);
  }, [isRunning, sizeBytes]);
  useEffect(
    () => () => {
      clearTimeout(soon.current);
      soon.current = undefined;
      clearTimeout(late.current);
    },
    [],
  );
}

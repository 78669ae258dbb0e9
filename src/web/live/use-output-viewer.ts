import { useCallback, useEffect, useState } from "react";
import { isOver, type TaskDetail } from "../../contract/index.ts";
import { indexOfLine } from "../terminal/line-index.ts";
import type { OutputSnapshot } from "./output-store.ts";
import { useExcerpt } from "./use-excerpt.ts";
import { type FindQuery, useFind } from "./use-find.ts";
import { useLineGoal } from "./use-line-goal.ts";
import type { MarkedOutput } from "./use-line-origins.ts";
import { useMarksStand } from "./use-marks-stand.ts";
import { useOutput } from "./use-output.ts";
import { type StreamChoice, useStreamLines } from "./use-stream-lines.ts";

export const noQuery: FindQuery = { text: "", isRegex: false };

/**
 * What the viewer of an attempt's output shows: the end as it comes, the lines around one that is not loaded, or only the
 * lines that have what is looked for, or that have something of one stream.
 */
export function useOutputViewer(task: TaskDetail, attempt: number | undefined) {
  const [isFollowing, follow] = useState(true);
  const { snapshot, retry } = useOutput(task, attempt, !isFollowing);
  const [linesWhenStopped, setLinesWhenStopped] = useState<number | null>(null);
  const totalLines = snapshot.droppedLines + snapshot.lines.length;
  const isLatest = attempt === undefined || attempt === task.attempt;
  // After an attempt the next one is followed, if there is one.
  const isEnded = snapshot.isOver && (!isLatest || isOver(task.status));
  const setFollowing = useCallback(
    (isOn: boolean) => {
      if (!isOn) {
        const seen = snapshot.droppedLines + snapshot.lines.length;
        setLinesWhenStopped(seen > 0 ? seen : null);
      }
      follow(isOn);
    },
    [snapshot],
  );

  const [query, look] = useState<FindQuery | null>(null);
  const [isOnlyMatches, showOnlyMatches] = useState(false);
  const followed = attempt ?? task.attempt;
  const isFiltered = isOnlyMatches && query !== null && query.text !== "";
  const source = { taskId: task.id, attempt: followed, isRunning: !isEnded, isWatched: isFiltered };
  const find = useFind(source, query ?? noQuery);
  const [stream, showStream] = useState<StreamChoice>("all");
  const isRunning = !snapshot.isOver;
  const streamLines = useStreamLines({ taskId: task.id, attempt: followed, isRunning, stream });
  const marksStand = useMarksStand(task.id, followed, task.mark_stderr && followed > 0 && !isRunning);
  const { goal, linked, link, forget } = useLineGoal(find.target);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each jump, not whenever lines come
  useEffect(() => {
    if (goal !== null) {
      setFollowing(false);
      showStream("all");
    }
  }, [goal]);
  const excerpt = useExcerpt(task.id, followed, goal !== null && isBefore(goal.number, snapshot) ? goal.number : null);
  const isExcerpt = excerpt.isLoading || excerpt.lines.length > 0 || excerpt.error !== null;
  return {
    ...{ snapshot, retry, isLatest, isEnded, isFollowing, setFollowing },
    // Who came by a link has not stopped anywhere yet: nothing is new before the first lines were there.
    newLines: linesWhenStopped === null ? 0 : Math.max(0, totalLines - linesWhenStopped),
    ...{ attempt: followed, query, look, find, isOnlyMatches },
    ...{ goal, linked, excerpt, stream, streamLines, marksStand },
    marked: markedOutput(task, followed, snapshot),
    shows: isFiltered ? "matches" : stream !== "all" ? "stream" : isExcerpt ? "excerpt" : ("end" as Shown),
    /** One of the two ways to show only some lines takes the place of the other. */
    showOnlyMatches: (isOnly: boolean) => {
      showOnlyMatches(isOnly);
      if (isOnly) {
        showStream("all");
      }
    },
    showStream: (chosen: StreamChoice) => {
      showOnlyMatches(false);
      showStream(chosen);
    },
    /** Puts a line into the address, and shows it among its neighbours. */
    link: (line: number, isExtending: boolean) => {
      showOnlyMatches(false);
      showStream("all");
      link(line, isExtending);
    },
    goToEnd: () => {
      showOnlyMatches(false);
      showStream("all");
      forget();
      setFollowing(true);
    },
  };
}

export type OutputViewer = ReturnType<typeof useOutputViewer>;

type Shown = "matches" | "stream" | "excerpt" | "end";

/** Null where the streams are not told apart. */
function markedOutput(task: TaskDetail, attempt: number, { isOver, sizeBytes }: OutputSnapshot): MarkedOutput | null {
  return task.mark_stderr && attempt > 0 ? { taskId: task.id, attempt, isRunning: !isOver, sizeBytes } : null;
}

/** Lines before the first one loaded are asked for by themselves; where no number is known, all are taken for such. */
function isBefore(line: number, { lines }: OutputSnapshot): boolean {
  const first = lines[0];
  return first !== undefined && (first.number === null ? indexOfLine(lines, line) < 0 : line < first.number);
}

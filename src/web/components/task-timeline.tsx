import { useQuery } from "@tanstack/react-query";
import type { CSSProperties } from "react";
import type { TaskDetail, UsualDuration } from "../../contract/index.ts";
import { attemptsQuery, usualQuery } from "../api/task-queries.ts";
import { outcomeWords } from "../task/outcome-words.ts";
import { againstUsual, type Stretch, timelineOf } from "../task/timeline.ts";
import { timelineText as words } from "../timeline-text.ts";
import { useTimeText } from "../ui/clock.ts";
import { formatDuration, formatElapsed } from "../ui/durations.ts";
import classes from "./task-timeline.module.css";

/** Of more, the first ones are only counted. */
const mostStretches = 24;
/** So many have room for their words, however short they were. */
const fewStretches = 7;
/** A figure made of fewer tasks is no usual one. */
const fewestUsual = 2;

/** How a task spent its time: waited, ran, waited to be tried again; and how long such a task usually runs. */
export function TaskTimeline({ task, onAttempt }: { task: TaskDetail; onAttempt: (attempt: number) => void }) {
  const attempts = useQuery({ ...attemptsQuery(task.id), enabled: task.attempt > 0 });
  const usual = useQuery(usualQuery(task.id));
  // One text a second, and none at all once everything is over.
  const isOpen = task.status === "running" || task.status === "pending";
  const nowMs = Number(useTimeText((ms) => String(isOpen ? Math.floor(ms / 1000) * 1000 : 0)));
  const all = timelineOf(task, attempts.data ?? [], nowMs);
  const stretches = all.slice(-mostStretches);
  const hidden = all.length - stretches.length;
  const ran = all.findLast(({ kind }) => kind === "ran");
  return (
    <div className={classes.row}>
      <ol className={classes.line} aria-label={words.label} data-few={all.length <= fewStretches || undefined}>
        {hidden > 0 && <li className={classes.more}>{words.more(hidden)}</li>}
        {stretches.map((stretch) => (
          <Piece key={`${stretch.kind} ${stretch.fromMs}`} stretch={stretch} onAttempt={onAttempt} />
        ))}
        {ran?.isOpen && <Remainder ran={ran} usual={usual.data} />}
      </ol>
      <Comparison ran={ran} usual={usual.data} />
    </div>
  );
}

function Piece({ stretch, onAttempt }: { stretch: Stretch; onAttempt: (attempt: number) => void }) {
  const lengthMs = stretch.toMs - stretch.fromMs;
  const label = wordsOf(stretch, lengthMs);
  const style: CSSProperties = { flexGrow: growthOf(lengthMs) };
  const { attempt } = stretch;
  return (
    <li className={classes.piece} data-kind={stretch.kind} data-end={endOf(stretch)} style={style}>
      {attempt > 0 ? (
        <button type="button" title={`${label}. ${words.open(attempt)}`} onClick={() => onAttempt(attempt)}>
          {label}
        </button>
      ) : (
        <span title={label}>{label}</span>
      )}
    </li>
  );
}

/** As much as such a task usually runs from here on. */
function Remainder({ ran, usual }: { ran: Stretch; usual: UsualDuration | undefined }) {
  const leftMs = (isKnown(usual) ? usual.p50_ms : 0) - (ran.toMs - ran.fromMs);
  return leftMs <= 0 ? null : (
    <li
      className={classes.piece}
      data-kind="left"
      style={{ flexGrow: growthOf(leftMs) }}
      title={words.left(formatElapsed(leftMs))}
    >
      <span>{words.left(formatElapsed(leftMs))}</span>
    </li>
  );
}

function Comparison({ ran, usual }: { ran: Stretch | undefined; usual: UsualDuration | undefined }) {
  if (!isKnown(usual)) {
    return null;
  }
  const figures = { p50Ms: usual.p50_ms, p95Ms: usual.p95_ms };
  const ranMs = ran === undefined ? 0 : ran.toMs - ran.fromMs;
  const stands = ran === undefined ? "usual" : againstUsual(ranMs, figures);
  // A running one is not shorter yet, and one that failed early says nothing about time.
  const isTold = stands === "longer" || (stands === "shorter" && ran?.exitCode === 0);
  return (
    <p className={classes.usual} title={words.usualTitle(usual.count, formatDuration(usual.p95_ms))}>
      {words.usual(formatDuration(usual.p50_ms))}
      {isTold && <strong>{stands === "longer" ? words.longer : words.shorter}</strong>}
    </p>
  );
}

type KnownUsual = UsualDuration & { p50_ms: number; p95_ms: number };

function isKnown(usual: UsualDuration | undefined): usual is KnownUsual {
  return usual !== undefined && usual.count >= fewestUsual && usual.p50_ms !== null && usual.p95_ms !== null;
}

/** A wait of a millisecond beside a run of a day is still seen: lengths are drawn by their square roots. */
function growthOf(lengthMs: number): number {
  return Math.sqrt(Math.max(lengthMs, 1));
}

function wordsOf(stretch: Stretch, lengthMs: number): string {
  const length = stretch.isOpen ? formatElapsed(lengthMs) : formatDuration(lengthMs);
  switch (stretch.kind) {
    case "waited":
      return stretch.isOpen ? words.waiting(length) : words.waited(length);
    case "between":
      return words.between(length);
    case "ran": {
      const { outcome, exitCode, signal } = stretch;
      const ending = outcomeWords({ status: "failed", outcome, exit_code: exitCode, signal, reason: null });
      return words.attempt(stretch.attempt, ending, length);
    }
  }
}

/** How it ended, for the colour; the words say it too. */
function endOf(stretch: Stretch): string | undefined {
  if (stretch.kind !== "ran") {
    return undefined;
  }
  if (stretch.isOpen) {
    return "running";
  }
  return stretch.outcome === "exited" && stretch.exitCode === 0
    ? "completed"
    : stretch.outcome === "killed"
      ? "killed"
      : "failed";
}

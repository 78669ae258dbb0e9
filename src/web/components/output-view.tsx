import { useCallback, useEffect, useState } from "react";
import { isOver, type TaskDetail } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { useConnection } from "../live/connection.ts";
import type { OutputSnapshot } from "../live/output-store.ts";
import { useExcerpt } from "../live/use-excerpt.ts";
import { type FindQuery, useFind } from "../live/use-find.ts";
import { useLineGoal } from "../live/use-line-goal.ts";
import { useOutput } from "../live/use-output.ts";
import { taskText } from "../task-text.ts";
import { indexOfLine } from "../terminal/line-index.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { EndIcon } from "../ui/icons.tsx";
import { useKeys } from "../ui/keys.ts";
import { readSetting, writeSetting } from "../ui/settings.ts";
import { formatBytes } from "../ui/sizes.ts";
import { ToggleButton } from "../ui/toggle-button.tsx";
import { EarlierOutput } from "./earlier-output.tsx";
import { ExcerptBar } from "./excerpt-bar.tsx";
import { FindBar } from "./find-bar.tsx";
import { InputLine } from "./input-line.tsx";
import { OutputLines } from "./output-lines.tsx";
import classes from "./output-view.module.css";
import { RawOutputButton } from "./raw-output-button.tsx";

const noQuery: FindQuery = { text: "", isRegex: false };

/** The live output of an attempt with its tools. Fills the window. */
export function OutputView({ task, attempt }: { task: TaskDetail; attempt: number | undefined }) {
  const [isFollowing, follow] = useState(true);
  const { snapshot, retry } = useOutput(task, attempt, !isFollowing);
  const connection = useConnection();
  const [linesWhenStopped, setLinesWhenStopped] = useState<number | null>(null);
  const [isWrapped, wrap] = useState(isWrappedAtFirst);
  const totalLines = snapshot.droppedLines + snapshot.lines.length;
  // Who came by a link has not stopped anywhere yet: nothing is new before the first lines were there.
  const newLines = linesWhenStopped === null ? 0 : Math.max(0, totalLines - linesWhenStopped);
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
  function toggleWrap() {
    writeSetting("wrap", isWrapped ? "off" : "on");
    wrap(!isWrapped);
  }
  const [query, look] = useState<FindQuery | null>(null);
  const followed = attempt ?? task.attempt;
  const find = useFind({ taskId: task.id, attempt: followed, isRunning: !isEnded }, query ?? noQuery);
  const { goal, linked, link, forget } = useLineGoal(find.target);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each jump, not whenever lines come
  useEffect(() => {
    if (goal !== null) {
      setFollowing(false);
    }
  }, [goal]);
  const excerpt = useExcerpt(task.id, followed, goal !== null && isBefore(goal.number, snapshot) ? goal.number : null);
  const isExcerpt = excerpt.isLoading || excerpt.lines.length > 0 || excerpt.error !== null;
  const alike = { isWrapped, found: { numbers: find.numbers, target: goal }, linked, onLink: link };
  function goToEnd() {
    forget();
    setFollowing(true);
  }
  useKeys({
    f: () => setFollowing(!isFollowing),
    w: toggleWrap,
    "/": () => look(query ?? noQuery),
  });

  return (
    <div className={classes.view}>
      <div className={classes.tools}>
        {!isEnded && (
          <ToggleButton isOn={isFollowing} onClick={() => setFollowing(!isFollowing)} title="f">
            {isFollowing ? text.output.following : text.output.follow}
          </ToggleButton>
        )}
        <ToggleButton isOn={isWrapped} onClick={toggleWrap} title="w">
          {text.output.wrap}
        </ToggleButton>
        <ToggleButton isOn={query !== null} onClick={() => look(query === null ? noQuery : null)} title="/">
          {taskText.find.open}
        </ToggleButton>
        <span className={classes.size}>{snapshot.sizeBytes > 0 && formatBytes(snapshot.sizeBytes)}</span>
        <RawOutputButton taskId={task.id} attempt={attempt} label={text.output.download} />
      </div>
      {query !== null && (
        <FindBar
          find={find}
          query={query}
          onChange={(changed) => {
            find.restart();
            look(changed);
          }}
          onClose={() => look(null)}
        />
      )}
      {snapshot.error !== null && <ErrorNote message={errorText(snapshot.error)} onRetry={retry} />}
      {snapshot.isInterrupted && !connection.isLost && <p className={classes.interrupted}>{text.output.interrupted}</p>}
      {isExcerpt && <ExcerptBar excerpt={excerpt} />}
      {excerpt.error !== null && <ErrorNote message={errorText(excerpt.error)} onRetry={excerpt.retry} />}
      <div className={classes.window}>
        {isExcerpt ? (
          <OutputLines
            key={`around ${goal?.number}`}
            snapshot={excerpt}
            isFollowing={false}
            onFollow={ignore}
            {...alike}
            onEdge={(edge) => (edge === "first" ? excerpt.earlier?.() : excerpt.later?.())}
            emptyText={excerpt.isLoading ? text.common.loading : ""}
            earlier={null}
          />
        ) : (
          <OutputLines
            snapshot={snapshot}
            isFollowing={isFollowing}
            onFollow={setFollowing}
            {...alike}
            emptyText={emptyText(task, snapshot.isOver)}
            earlier={
              <EarlierOutput
                snapshot={snapshot}
                rawOutput={<RawOutputButton taskId={task.id} attempt={attempt} label={text.output.openRaw} isPlain />}
              />
            }
          />
        )}
        {!isFollowing && (
          <button type="button" className={classes.jump} onClick={goToEnd}>
            <EndIcon />
            {text.output.jump}
            {newLines > 0 && ` · ${text.output.newLines(newLines)}`}
          </button>
        )}
      </div>
      {isLatest && task.takes_input && task.status === "running" && <InputLine key={task.attempt} task={task} />}
    </div>
  );
}

/** Lines before the first one loaded are asked for by themselves; where no number is known, all are taken for such. */
function isBefore(line: number, { lines }: OutputSnapshot): boolean {
  const first = lines[0];
  return first !== undefined && (first.number === null ? indexOfLine(lines, line) < 0 : line < first.number);
}

/** An excerpt has no end to follow. */
function ignore(): void {}

/** On a phone lines are wrapped unless the person chose otherwise. */
function isWrappedAtFirst(): boolean {
  const chosen = readSetting("wrap");
  return chosen === null ? window.matchMedia("(max-width: 640px)").matches : chosen === "on";
}

function emptyText(task: TaskDetail, isOver: boolean): string {
  if (task.attempt === 0) {
    return text.output.pending;
  }
  return isOver ? text.output.empty : text.output.waiting;
}

import { useCallback, useEffect, useState } from "react";
import { isOver, type TaskDetail } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { useConnection } from "../live/connection.ts";
import { type FindQuery, useFind } from "../live/use-find.ts";
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
  const [linesWhenStopped, setLinesWhenStopped] = useState(0);
  const [isWrapped, wrap] = useState(isWrappedAtFirst);
  const totalLines = snapshot.droppedLines + snapshot.lines.length;
  const newLines = Math.max(0, totalLines - linesWhenStopped);
  const isLatest = attempt === undefined || attempt === task.attempt;
  // After an attempt the next one is followed, if there is one.
  const isEnded = snapshot.isOver && (!isLatest || isOver(task.status));

  const setFollowing = useCallback(
    (isOn: boolean) => {
      if (!isOn) {
        setLinesWhenStopped(snapshot.droppedLines + snapshot.lines.length);
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
  const { target } = find;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each jump, not whenever lines come
  useEffect(() => {
    if (target !== null) {
      setFollowing(false);
    }
  }, [target]);
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
          isLoaded={target !== null && indexOfLine(snapshot.lines, target.number) >= 0}
          onChange={(changed) => {
            find.restart();
            look(changed);
          }}
          onClose={() => look(null)}
        />
      )}
      {snapshot.error !== null && <ErrorNote message={errorText(snapshot.error)} onRetry={retry} />}
      {snapshot.isInterrupted && !connection.isLost && <p className={classes.interrupted}>{text.output.interrupted}</p>}
      <div className={classes.window}>
        <OutputLines
          snapshot={snapshot}
          isFollowing={isFollowing}
          isWrapped={isWrapped}
          onFollow={setFollowing}
          found={find}
          emptyText={emptyText(task, snapshot.isOver)}
          rawOutput={<RawOutputButton taskId={task.id} attempt={attempt} label={text.output.openRaw} isPlain />}
        />
        {!isFollowing && (
          <button type="button" className={classes.jump} onClick={() => setFollowing(true)}>
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

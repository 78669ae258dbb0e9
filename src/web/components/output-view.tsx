import { notifications } from "@mantine/notifications";
import type { TaskDetail } from "../../contract/index.ts";
import { useConnection } from "../live/connection.ts";
import { useLineTimes } from "../live/use-line-times.ts";
import { noQuery, type OutputViewer, useOutputViewer } from "../live/use-output-viewer.ts";
import { streamChoices } from "../live/use-stream-lines.ts";
import { EndIcon } from "../ui/icons.tsx";
import { useKeys } from "../ui/keys.ts";
import { viewerText } from "../viewer-text.ts";
import { FindBar } from "./find-bar.tsx";
import { InputLine } from "./input-line.tsx";
import { OutputTools } from "./output-tools.tsx";
import classes from "./output-view.module.css";
import { OutputNotes, OutputWindow } from "./output-window.tsx";
import { useCopyOutput } from "./use-copy-output.ts";
import { useViewerOptions } from "./use-viewer-options.ts";

/** The live output of an attempt with its tools. Fills the window, and when asked to the screen. */
export function OutputView({ task, attempt }: { task: TaskDetail; attempt: number | undefined }) {
  const viewer = useOutputViewer(task, attempt);
  const options = useViewerOptions();
  const connection = useConnection();
  const { query, look, find, newLines, linked, isFollowing } = viewer;
  const copy = useCopyOutput({ taskId: task.id, attempt: viewer.attempt, linked });
  const timeOf = useLineTimes(task.id, viewer.attempt, { isOn: options.showsTimes, isRunning: !viewer.isEnded });
  useKeys({
    f: () => viewer.setFollowing(!isFollowing),
    w: options.toggleWrap,
    t: options.toggleTimes,
    y: copy.start,
    c: () => showNextStream(viewer),
    F: options.toggleFull,
    Escape: () => options.isFull && options.leaveFull(),
    "/": () => look(query ?? noQuery),
  });

  return (
    <div ref={options.viewRef} className={classes.view} data-full={options.isFull || undefined}>
      <OutputTools task={task} attempt={attempt} viewer={viewer} options={options} copy={copy} />
      {query !== null && (
        <FindBar
          find={find}
          query={query}
          isOnly={viewer.isOnlyMatches}
          onOnly={viewer.showOnlyMatches}
          onChange={(changed) => {
            find.restart();
            look(changed);
          }}
          onClose={() => look(null)}
        />
      )}
      <OutputNotes viewer={viewer} isConnected={!connection.isLost} />
      <div className={classes.window}>
        <OutputWindow task={task} viewer={viewer} looks={{ isWrapped: options.isWrapped, timeOf }} rawOf={attempt} />
        {(!isFollowing || viewer.shows !== "end") && (
          <button type="button" className={classes.jump} onClick={viewer.goToEnd}>
            <EndIcon />
            {viewerText.jump}
            {newLines > 0 && ` · ${viewerText.newLines(newLines)}`}
          </button>
        )}
      </div>
      {viewer.isLatest && task.takes_input && task.status === "running" && <InputLine key={task.attempt} task={task} />}
    </div>
  );
}

/** Where the streams are not told apart, it says how that is asked for. */
function showNextStream({ marked, stream, showStream }: OutputViewer): void {
  if (marked === null) {
    notifications.show({ message: viewerText.streams.notMarked });
    return;
  }
  showStream(streamChoices[(streamChoices.indexOf(stream) + 1) % streamChoices.length] ?? "all");
}

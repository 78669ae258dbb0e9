import { errorText } from "../api/error-text.ts";
import type { OutputViewer } from "../live/use-output-viewer.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { TextButton } from "../ui/text-button.tsx";
import { viewerText } from "../viewer-text.ts";
import classes from "./excerpt-bar.module.css";

const words = viewerText.streams;

/** Which lines are shown while they are those of one stream, and the way back to all of them. */
export function StreamBar({ viewer }: { viewer: OutputViewer }) {
  const { stream, streamLines, showStream } = viewer;
  if (stream === "all") {
    return null;
  }
  return (
    <>
      <div className={classes.bar}>
        <span role="status">{words.shown[stream]}</span>
        <TextButton onClick={() => showStream("all")}>{words.showAll}</TextButton>
      </div>
      {streamLines.error !== null && <ErrorNote message={errorText(streamLines.error)} onRetry={streamLines.retry} />}
    </>
  );
}

import type { ReactNode } from "react";
import type { OutputSnapshot } from "../live/output-store.ts";
import { viewerText } from "../viewer-text.ts";
import classes from "./output-lines.module.css";

/** Says that there is more than is shown, and where to get it. */
export function EarlierOutput({ snapshot, rawOutput }: { snapshot: OutputSnapshot; rawOutput: ReactNode }) {
  const { droppedLines, skippedBytes } = snapshot;
  if (droppedLines === 0 && skippedBytes === 0) {
    return null;
  }
  const words = droppedLines > 0 ? viewerText.earlierLines(droppedLines) : viewerText.earlierBytes(skippedBytes);
  return (
    <p className={classes.marker}>
      {words} · {rawOutput}
    </p>
  );
}

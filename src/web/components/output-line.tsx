import { type CSSProperties, memo } from "react";
import { lineFragment } from "../live/line-link.ts";
import type { LineOrigin } from "../task/line-origins.ts";
import type { LineTime } from "../task/line-times.ts";
import { composeLine, type StyledRun, type TextStyle } from "../terminal/compose-line.ts";
import type { BufferedLine } from "../terminal/line-buffer.ts";
import { coloursOnBackground } from "../terminal/on-background.ts";
import { viewerText } from "../viewer-text.ts";
import { LineTimeCell } from "./line-time.tsx";
import classes from "./output-line.module.css";

/** What a browser lays out in one line without getting slow. */
const shownCharacters = 8192;

type OutputLineProps = {
  line: BufferedLine;
  /** When it was written, null when that is not known; left out when times are not shown. */
  time?: LineTime | null | undefined;
  /** What it came from, null while that is not known; left out for outputs that are not marked. */
  origin?: LineOrigin | null | undefined;
};

/** One line of output, with its colours, as text nodes. Drawn again only when the line itself has changed. */
export const OutputLine = memo(function OutputLine({ line, time, origin }: OutputLineProps) {
  if (line.gapBytes > 0) {
    return <div className={classes.gap}>{viewerText.gap(line.gapBytes)}</div>;
  }
  const hasControls = hasControlCharacters(line);
  const shown = hasControls ? line.text : line.text.slice(0, shownCharacters);
  const hidden = line.text.length - shown.length + line.cutCharacters;
  return (
    <div className={classes.line}>
      <LineNumber number={line.number} />
      {time !== undefined && <LineTimeCell time={time} />}
      {origin !== undefined && <OriginSign origin={origin} />}
      <span className={classes.text}>
        {hasControls ? composeLine(line.text, line.carry).map(styledRun) : shown}
        {hidden > 0 && <span className={classes.cut}>{viewerText.cutLine(hidden)}</span>}
      </span>
    </div>
  );
});

/**
 * The number is drawn by the style sheet, so that it is neither selected nor copied. What a click does is the affair of
 * output-lines.tsx, which hears of all of them.
 */
function LineNumber({ number }: { number: number | null }) {
  if (number === null) {
    return <span className={classes.number} />;
  }
  return (
    // biome-ignore lint/a11y/useAnchorContent: for the mouse; the lines are read without their numbers
    <a
      className={classes.number}
      href={`#${lineFragment({ from: number, to: number })}`}
      data-number={number}
      title={viewerText.excerpt.link}
      tabIndex={-1}
      aria-hidden="true"
    />
  );
}

/** Its place is kept whether there is a sign or not. The letters are drawn by the style sheet: they are not copied. */
function OriginSign({ origin }: { origin: LineOrigin | null }) {
  if (origin === null || origin === "stdout") {
    return <span className={classes.origin} />;
  }
  const { meaning, sign } = viewerText.streams;
  return (
    <span
      className={classes.origin}
      role="img"
      aria-label={meaning[origin]}
      title={meaning[origin]}
      data-origin={origin}
      data-sign={sign[origin]}
    />
  );
}

function hasControlCharacters(line: BufferedLine): boolean {
  return line.carry !== "" || /\p{Cc}/u.test(line.text);
}

function styledRun(run: StyledRun, index: number) {
  if (run.style === null) {
    return run.text;
  }
  return (
    <span key={index} style={cssOf(run.style)}>
      {run.text}
    </span>
  );
}

function cssOf(style: TextStyle): CSSProperties {
  return {
    ...coloursOf(style),
    fontWeight: style.isBold ? 700 : undefined,
    fontStyle: style.isItalic ? "italic" : undefined,
    opacity: style.isDim ? 0.75 : undefined,
    textDecoration: decorationOf(style),
  };
}

function coloursOf({ foreground, background }: TextStyle): CSSProperties {
  if (background !== null) {
    return coloursOnBackground(foreground, background);
  }
  if (foreground === null) {
    return {};
  }
  return { color: foreground.startsWith("rgb") ? foreground : `var(--ansi-${foreground})` };
}

function decorationOf(style: TextStyle): string | undefined {
  const lines = [style.isUnderlined ? "underline" : "", style.isStruck ? "line-through" : ""].filter(Boolean);
  return lines.length === 0 ? undefined : lines.join(" ");
}

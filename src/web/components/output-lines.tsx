import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import type { LineLink } from "../live/line-link.ts";
import type { OutputSnapshot } from "../live/output-store.ts";
import type { FindTarget } from "../live/use-find.ts";
import { type MarkedOutput, useLineOrigins } from "../live/use-line-origins.ts";
import type { TimeOfByte } from "../live/use-line-times.ts";
import type { BufferedLine } from "../terminal/line-buffer.ts";
import { indexOfLine } from "../terminal/line-index.ts";
import { viewerText } from "../viewer-text.ts";
import { OutputLine } from "./output-line.tsx";
import classes from "./output-lines.module.css";

const lineHeight = 18;
const isEndWithin = 4;

type ShownLines = Pick<OutputSnapshot, "version" | "lines" | "error">;

const rowsToEdge = 10;

/** How lines are shown, whichever they are. */
export type LineLooks = {
  isWrapped: boolean;
  /** When a byte was written; null when times are not shown. */
  timeOf: TimeOfByte | null;
  /** What its lines came from is shown; null when that is not known of this output. */
  marked: MarkedOutput | null;
  /** Lines that have what is looked for, and the one to show. */
  found: { numbers: ReadonlySet<number>; target: FindTarget | null };
  /** Lines the address names. */
  linked: LineLink | null;
  onLink: (line: number, isExtending: boolean) => void;
};

type OutputLinesProps = LineLooks & {
  snapshot: ShownLines;
  isFollowing: boolean;
  onFollow: (isOn: boolean) => void;
  emptyText: string;
  /** The first or the last row is nearly in sight: more can be loaded there. */
  onEdge?: (edge: "first" | "last") => void;
  /** Where the output ends, when the last line is the last one of it. */
  endByte?: number;
  /** What stands below the lines. */
  end?: string | null;
  /** What stands above the lines when there is more than is shown. */
  earlier: ReactNode;
};

/**
 * The lines in sight. Scrolling up stops following, reaching the end resumes it. Lines have keys and the virtualizer
 * anchors on them, so that what is read stays where it is while lines fall out at the front.
 */
export function OutputLines(props: OutputLinesProps) {
  const { snapshot, isFollowing, isWrapped, onFollow } = props;
  const { lines, version } = snapshot;
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the array is changed in place, the version says when
  const keyOf = useCallback((index: number) => lines[index]?.key ?? index, [lines, version]);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    getItemKey: keyOf,
    overscan: 20,
    anchorTo: "end",
  });
  const totalHeight = rows.getTotalSize();

  // biome-ignore lint/correctness/useExhaustiveDependencies: heights of the other layout are forgotten
  useEffect(() => rows.measure(), [rows, isWrapped]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows whatever makes the content longer
  useLayoutEffect(() => {
    const element = scroller.current;
    if (isFollowing && element !== null) {
      element.scrollTop = element.scrollHeight;
      lastTop.current = element.scrollTop;
    }
  }, [isFollowing, isWrapped, version, totalHeight, props.end]);

  const { numbers, target } = props.found;
  const shownTarget = useRef<FindTarget | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line to show may come later
  useEffect(() => {
    const index = target === null || shownTarget.current === target ? -1 : indexOfLine(lines, target.number);
    if (index >= 0) {
      shownTarget.current = target;
      // Reaching the end this way does not mean to follow.
      lastTop.current = Number.POSITIVE_INFINITY;
      rows.scrollToIndex(index, { align: "center" });
    }
  }, [target, lines, version, rows]);

  const items = rows.getVirtualItems();
  const firstRow = items[0]?.index ?? -1;
  const lastRow = items.at(-1)?.index ?? -1;
  const { marked, endByte = null, onEdge } = props;
  const originOf = useLineOrigins(marked, { lines, firstRow, lastRow, end: endByte });
  const hasArrived = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when lines came, which may not be enough
  useEffect(() => {
    hasArrived.current ||= target === null || isAmong(target.number, lines[firstRow], lines[lastRow]);
    // Lines put in front before the line asked for is in sight would carry it away.
    if (onEdge !== undefined && hasArrived.current) {
      if (firstRow < rowsToEdge) {
        onEdge("first");
      }
      if (lastRow >= lines.length - rowsToEdge) {
        onEdge("last");
      }
    }
  }, [firstRow, lastRow, lines, version]);

  function onClick(event: MouseEvent) {
    const number = event.target instanceof HTMLElement ? Number(event.target.dataset.number) : Number.NaN;
    const isPlain = !event.ctrlKey && !event.metaKey;
    if (number > 0 && isPlain) {
      event.preventDefault();
      props.onLink(number, event.shiftKey);
    }
  }
  const { linked } = props;
  const isLinked = (number: number | null) =>
    linked !== null && number !== null && number >= linked.from && number <= linked.to;

  function onScroll() {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    const { scrollTop } = element;
    const isAtEnd = element.scrollHeight - scrollTop - element.clientHeight <= isEndWithin;
    if (isFollowing && !isAtEnd && scrollTop < lastTop.current) {
      onFollow(false);
    } else if (!isFollowing && isAtEnd && scrollTop > lastTop.current) {
      onFollow(true);
    }
    lastTop.current = scrollTop;
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the numbers of the lines are links, heard of in one place
    <div
      ref={scroller}
      role="log"
      aria-label={viewerText.label}
      aria-live="off"
      className={classes.log}
      data-wrapped={isWrapped || undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      onScroll={onScroll}
      onClick={onClick}
    >
      {props.earlier}
      {lines.length === 0 && snapshot.error === null && <p className={classes.empty}>{props.emptyText}</p>}
      <div className={classes.lines} style={{ height: totalHeight }}>
        {items.map((row) => {
          const line = lines[row.index];
          return (
            line !== undefined && (
              <div
                key={row.key}
                ref={isWrapped ? rows.measureElement : undefined}
                data-index={row.index}
                className={classes.line}
                data-found={(line.number !== null && numbers.has(line.number)) || undefined}
                data-linked={isLinked(line.number) || undefined}
                data-target={(target !== null && line.number === target.number) || undefined}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <OutputLine
                  line={line}
                  time={props.timeOf?.(line.offset)}
                  origin={marked === null ? undefined : originOf(row.index)}
                />
              </div>
            )
          );
        })}
      </div>
      {props.end != null && <p className={classes.end}>{props.end}</p>}
    </div>
  );
}

/** Whether a line lies between two others, themselves included. */
function isAmong(number: number, first: BufferedLine | undefined, last: BufferedLine | undefined): boolean {
  return first?.number != null && last?.number != null && first.number <= number && number <= last.number;
}

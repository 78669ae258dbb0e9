import type { TaskDetail } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import type { OutputViewer } from "../live/use-output-viewer.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { viewerText } from "../viewer-text.ts";
import { EarlierOutput } from "./earlier-output.tsx";
import { ExcerptBar } from "./excerpt-bar.tsx";
import { type LineLooks, OutputLines } from "./output-lines.tsx";
import classes from "./output-view.module.css";
import { RawOutputButton } from "./raw-output-button.tsx";
import { StreamBar } from "./stream-bar.tsx";

type OutputWindowProps = {
  task: TaskDetail;
  viewer: OutputViewer;
  looks: Pick<LineLooks, "isWrapped" | "timeOf">;
  rawOf: number | undefined;
};

/** The lines the viewer shows, whichever these are. */
export function OutputWindow({ task, viewer, looks, rawOf }: OutputWindowProps) {
  const { snapshot, excerpt, find, goal } = viewer;
  const alike: LineLooks = {
    ...looks,
    found: { numbers: find.numbers, target: goal },
    linked: viewer.linked,
    marked: viewer.marked,
    onLink: viewer.link,
  };
  const end = endText(viewer);
  if (viewer.shows === "matches") {
    return (
      <OutputLines
        key="matches"
        snapshot={{ lines: find.lines, version: find.version, error: find.error }}
        isFollowing={false}
        onFollow={ignore}
        {...alike}
        found={{ numbers: find.numbers, target: find.target }}
        onEdge={(edge) => edge === "last" && find.fetchMore?.()}
        emptyText={find.isSearching ? viewerText.find.searching : viewerText.find.nothing}
        earlier={null}
      />
    );
  }
  if (viewer.shows === "stream") {
    const { streamLines } = viewer;
    return (
      <OutputLines
        key={viewer.stream}
        snapshot={streamLines}
        // Before the last ones are loaded, their end is not where new ones come.
        isFollowing={viewer.isFollowing && streamLines.later === null}
        onFollow={viewer.setFollowing}
        {...alike}
        onEdge={(edge) => (edge === "first" ? streamLines.earlier?.() : streamLines.later?.())}
        emptyText={emptyStreamText(viewer)}
        earlier={null}
        end={end}
      />
    );
  }
  if (viewer.shows === "excerpt") {
    return (
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
    );
  }
  return (
    <OutputLines
      key="end"
      snapshot={snapshot}
      isFollowing={viewer.isFollowing}
      onFollow={viewer.setFollowing}
      {...alike}
      endByte={snapshot.sizeBytes}
      emptyText={emptyText(task, snapshot.isOver)}
      end={end}
      earlier={
        <EarlierOutput
          snapshot={snapshot}
          rawOutput={<RawOutputButton taskId={task.id} attempt={rawOf} label={viewerText.openRaw} isPlain />}
        />
      }
    />
  );
}

/** What stands between tools and lines: which lines they are, and what is wrong. */
export function OutputNotes({ viewer, isConnected }: { viewer: OutputViewer; isConnected: boolean }) {
  const { snapshot, excerpt } = viewer;
  return (
    <>
      {snapshot.error !== null && <ErrorNote message={errorText(snapshot.error)} onRetry={viewer.retry} />}
      {snapshot.isInterrupted && isConnected && <p className={classes.interrupted}>{viewerText.interrupted}</p>}
      <StreamBar viewer={viewer} />
      {viewer.shows === "excerpt" && <ExcerptBar excerpt={excerpt} />}
      {excerpt.error !== null && <ErrorNote message={errorText(excerpt.error)} onRetry={excerpt.retry} />}
    </>
  );
}

/** Neither an excerpt nor a list of matches has an end to follow. */
function ignore(): void {}

/** What is to be said of a marked output below its last line; null for nothing. */
function endText({ marksStand }: OutputViewer): string | null {
  if (marksStand === null) {
    return null;
  }
  const { isWhole, unmarkedFrom } = marksStand;
  const parts = [
    ...(unmarkedFrom === null ? [] : [viewerText.streams.unmarkedFrom(unmarkedFrom)]),
    ...(isWhole ? [] : [viewerText.streams.notWhole]),
  ];
  return parts.length === 0 ? null : parts.join(" ");
}

function emptyStreamText({ stream, streamLines, snapshot }: OutputViewer): string {
  if (stream === "all" || streamLines.isLoading) {
    return text.common.loading;
  }
  return (snapshot.isOver ? viewerText.streams.none : viewerText.streams.noneYet)[stream];
}

function emptyText(task: TaskDetail, isOver: boolean): string {
  if (task.attempt === 0) {
    return viewerText.pending;
  }
  return isOver ? viewerText.empty : viewerText.waiting;
}

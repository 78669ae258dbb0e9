import { Button } from "@mantine/core";
import type { TaskDetail } from "../../contract/index.ts";
import { noQuery, type OutputViewer } from "../live/use-output-viewer.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { CopyIcon, FullScreenIcon } from "../ui/icons.tsx";
import { formatBytes } from "../ui/sizes.ts";
import { ToggleButton } from "../ui/toggle-button.tsx";
import { viewerText } from "../viewer-text.ts";
import classes from "./output-view.module.css";
import { RawOutputButton } from "./raw-output-button.tsx";
import { StreamChoice } from "./stream-choice.tsx";
import type { useCopyOutput } from "./use-copy-output.ts";
import type { ViewerOptions } from "./use-viewer-options.ts";

type OutputToolsProps = {
  task: TaskDetail;
  attempt: number | undefined;
  viewer: OutputViewer;
  options: ViewerOptions;
  copy: ReturnType<typeof useCopyOutput>;
};

/** What can be done with an output: the same as the keys do. */
export function OutputTools({ task, attempt, viewer, options, copy }: OutputToolsProps) {
  const { isFollowing, linked, query } = viewer;
  const { sizeBytes } = viewer.snapshot;
  const { fullScreen } = viewerText;
  const copyLabel = linked === null ? viewerText.copy.all : viewerText.copy.lines(linked.from, linked.to);
  return (
    <div className={classes.tools}>
      {!viewer.isEnded && (
        <ToggleButton isOn={isFollowing} onClick={() => viewer.setFollowing(!isFollowing)} title="f">
          {isFollowing ? viewerText.following : viewerText.follow}
        </ToggleButton>
      )}
      <ToggleButton isOn={options.isWrapped} onClick={options.toggleWrap} title="w">
        {viewerText.wrap}
      </ToggleButton>
      <ToggleButton isOn={options.showsTimes} onClick={options.toggleTimes} title={viewerText.times.title}>
        {viewerText.times.toggle}
      </ToggleButton>
      <ToggleButton isOn={query !== null} onClick={() => viewer.look(query === null ? noQuery : null)} title="/">
        {viewerText.find.open}
      </ToggleButton>
      {viewer.marked !== null && <StreamChoice chosen={viewer.stream} onChoose={viewer.showStream} />}
      <span className={classes.size}>{sizeBytes > 0 && formatBytes(sizeBytes)}</span>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<CopyIcon />}
        title={viewerText.copy.title}
        onClick={copy.start}
        disabled={copy.isPending}
      >
        {copy.isPending ? viewerText.copy.copying : copyLabel}
      </Button>
      <RawOutputButton taskId={task.id} attempt={attempt} label={viewerText.download} />
      <IconButton
        label={options.isFull ? fullScreen.leave : fullScreen.enter}
        hint={fullScreen.key}
        onClick={options.toggleFull}
      >
        <FullScreenIcon isFull={options.isFull} />
      </IconButton>
    </div>
  );
}

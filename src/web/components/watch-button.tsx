import { notifications } from "@mantine/notifications";
import { isOver, type TaskDetail } from "../../contract/index.ts";
import { askToNotify } from "../live/end-notices.ts";
import { setWatched, useIsWatched } from "../live/watched.ts";
import { watchText } from "../palette-text.ts";
import { ToggleButton } from "../ui/toggle-button.tsx";

/** Whether the end of a task is told. Nothing for one that is over. */
export function WatchButton({ task }: { task: TaskDetail }) {
  const isWatched = useIsWatched(task.id);
  if (isOver(task.status)) {
    return null;
  }
  async function toggle() {
    setWatched(task.id, !isWatched);
    const obstacle = isWatched ? null : await askToNotify();
    if (obstacle !== null) {
      notifications.show({ color: "yellow", message: obstacle });
    }
  }
  return (
    <ToggleButton isOn={isWatched} title={watchText.hint} onClick={() => void toggle()}>
      {isWatched ? watchText.watching : watchText.watch}
    </ToggleButton>
  );
}

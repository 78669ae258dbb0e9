import { lazy, Suspense, useState } from "react";
import type { TaskSummary } from "../../contract/index.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import { useKeys } from "../ui/keys.ts";
import { readSetting, writeSetting } from "../ui/settings.ts";
import classes from "./task-history-frame.module.css";

const TaskHistory = lazy(async () => ({ default: (await import("./task-history.tsx")).TaskHistory }));

type TaskHistoryFrameProps = {
  filter: TaskFilter;
  tasks: readonly TaskSummary[];
  onChangeFilter: (change: Partial<TaskFilter>) => void;
};

/** The room above the list for outcomes and durations. It is there before they are, so that nothing jumps. */
export function TaskHistoryFrame(props: TaskHistoryFrameProps) {
  const [isOpen, setOpen] = useState(() => (readSetting("chart") ?? usualState()) === "open");
  function toggle() {
    writeSetting("chart", isOpen ? "closed" : "open");
    setOpen(!isOpen);
  }
  useKeys({ c: toggle });
  return (
    <div className={classes.frame} data-open={isOpen || undefined}>
      <Suspense fallback={null}>
        <TaskHistory {...props} isOpen={isOpen} onToggle={toggle} />
      </Suspense>
    </div>
  );
}

/** A phone has no room to spare. */
function usualState(): "open" | "closed" {
  return window.matchMedia("(max-width: 640px), (max-height: 600px)").matches ? "closed" : "open";
}

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TaskDetail, TaskSummary } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { applyTasks } from "../live/task-cache.ts";
import { text } from "../text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import classes from "./kill-dialog.module.css";
import { StatusBadge } from "./status-badge.tsx";

/** Asks before a task is killed, naming it. Closed while `task` is null. */
export function KillDialog({ task, onClose }: { task: TaskSummary | TaskDetail | null; onClose: () => void }) {
  if (task === null) {
    return null;
  }
  return (
    <Dialog title={text.kill.title(task.name)} onClose={onClose}>
      <Question task={task} onClose={onClose} />
    </Dialog>
  );
}

function Question({ task, onClose }: { task: TaskSummary | TaskDetail; onClose: () => void }) {
  const queries = useQueryClient();
  const kill = useMutation({
    mutationFn: () => client.call(contract.killTask, { params: { id: task.id }, body: {} }),
    onSuccess: (answer) => {
      applyTasks(queries, new Map([[answer.id, answer]]));
      onClose();
    },
  });
  return (
    <div className={classes.question}>
      <p className={classes.facts}>
        <span>#{task.id}</span>
        <StatusBadge status={task.status} isSuspended={task.suspended} />
        <code className={classes.command}>{task.command_line}</code>
      </p>
      <p>{explain(task)}</p>
      {kill.error !== null && <ErrorNote message={errorText(kill.error)} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button color="red" onClick={() => kill.mutate()} loading={kill.isPending} data-autofocus>
          {text.kill.confirm}
        </Button>
      </div>
    </div>
  );
}

function explain(task: TaskSummary | TaskDetail): string {
  if (task.status === "pending") {
    return text.kill.explainPending;
  }
  return "kill_grace_seconds" in task ? text.kill.explain(task.kill_grace_seconds) : text.kill.explainDefault;
}

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { BulkAction, BulkResult, TaskSummary } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { newSubmissionKey } from "../api/create-task.ts";
import { errorText } from "../api/error-text.ts";
import { applyTasks } from "../live/task-cache.ts";
import { selectionText } from "../selection-text.ts";
import { text } from "../text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import classes from "./bulk-dialog.module.css";
import { StatusBadge } from "./status-badge.tsx";

const words = selectionText.bulk;
const mostNamed = 8;

type BulkDialogProps = {
  action: BulkAction;
  tasks: readonly TaskSummary[];
  /** Selected as well, and not to be touched. */
  leftOut: number;
  onClose: () => void;
  /** All of it was done. */
  onDone: (count: number) => void;
};

/** Asks before something is done to many tasks, naming them, and tells of each one that refused. */
export function BulkDialog({ action, tasks, leftOut, onClose, onDone }: BulkDialogProps) {
  const queries = useQueryClient();
  // One key for all tries: an answer that was lost must not submit anything twice.
  const [key] = useState(newSubmissionKey);
  const order = useMutation({
    mutationFn: () => {
      const body = { action, ids: tasks.map((task) => task.id) };
      return client.call(contract.bulkTasks, { body }, { headers: { "Idempotency-Key": key } });
    },
    onSuccess: (results) => {
      applyTasks(queries, new Map(results.flatMap(({ task }) => (task === null ? [] : [[task.id, task]]))));
      if (results.every((result) => result.ok)) {
        onDone(results.length);
      }
    },
  });
  const failed = order.data?.filter((result) => !result.ok) ?? [];
  if (failed.length > 0) {
    return (
      <Dialog title={words.failedTitle(failed.length, tasks.length)} onClose={onClose}>
        <Refusals done={tasks.length - failed.length} failed={failed} action={action} tasks={tasks} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={words.title[action](tasks.length)} onClose={onClose}>
      <div className={classes.question}>
        <ul className={classes.tasks}>
          {tasks.slice(0, mostNamed).map((task) => (
            <li key={task.id} className={classes.task}>
              <span className={classes.id}>#{task.id}</span>
              <span className={classes.name}>{task.name}</span>
              <StatusBadge status={task.status} isSuspended={task.suspended} />
            </li>
          ))}
          {tasks.length > mostNamed && <li className={classes.dim}>{words.more(tasks.length - mostNamed)}</li>}
        </ul>
        <p>{words.explain[action]}</p>
        {leftOut > 0 && <p className={classes.dim}>{words.leftOut(leftOut)}</p>}
        {order.error !== null && <ErrorNote message={errorText(order.error)} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {text.common.cancel}
          </Button>
          <Button
            color={action === "kill" ? "red" : undefined}
            onClick={() => order.mutate()}
            loading={order.isPending}
            data-autofocus
          >
            {`${selectionText.actions[action]} ${selectionText.tasksOf(tasks.length)}`}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

type RefusalsProps = {
  done: number;
  failed: readonly BulkResult[];
  action: BulkAction;
  tasks: readonly TaskSummary[];
  onClose: () => void;
};

function Refusals({ done, failed, action, tasks, onClose }: RefusalsProps) {
  const names = new Map(tasks.map((task) => [task.id, task.name]));
  return (
    <div className={classes.question}>
      {done > 0 && <p>{words.done[action](done)}</p>}
      <p>{words.failed}</p>
      <ul className={classes.tasks} data-refused>
        {failed.map(({ id, detail }) => (
          <li key={id}>
            <Link to="/tasks/$taskId" params={{ taskId: String(id) }}>
              #{id} {names.get(id)}
            </Link>
            <p className={classes.dim}>{detail}</p>
          </li>
        ))}
      </ul>
      <div className={classes.buttons}>
        <Button onClick={onClose} data-autofocus>
          {text.common.close}
        </Button>
      </div>
    </div>
  );
}

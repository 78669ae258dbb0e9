import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { TaskDetail } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { actionRefusal } from "../task/permitted.ts";
import { taskText } from "../task-text.ts";
import { EditIcon } from "../ui/icons.tsx";
import { useKeys } from "../ui/keys.ts";
import { EditDialog } from "./edit-dialog.tsx";
import classes from "./edit-name-button.module.css";

/** The way to change what a task is called, for those who may. */
export function EditNameButton({ task }: { task: TaskDetail }) {
  const { data: me } = useQuery(meQuery);
  const [isEditing, edit] = useState(false);
  const refusal = actionRefusal("edit", task, me);
  useKeys({ E: () => refusal === null && edit(true) });
  return (
    <>
      {refusal === null && (
        <button
          type="button"
          className={classes.edit}
          aria-label={taskText.actions.edit}
          title={taskText.actions.edit}
          onClick={() => edit(true)}
        >
          <EditIcon />
        </button>
      )}
      <EditDialog task={isEditing ? task : null} onClose={() => edit(false)} />
    </>
  );
}

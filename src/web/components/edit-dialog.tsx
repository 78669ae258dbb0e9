import { Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { TaskDetail } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { formErrors } from "../api/error-text.ts";
import { applyTasks } from "../live/task-cache.ts";
import { text } from "../text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import form from "../ui/form-stack.module.css";
import { SubmitButtons } from "../ui/submit-buttons.tsx";

/** Changes what a task is called. Closed while `task` is null. */
export function EditDialog({ task, onClose }: { task: TaskDetail | null; onClose: () => void }) {
  if (task === null) {
    return null;
  }
  return (
    <Dialog title={text.edit.title(task.id)} onClose={onClose}>
      <EditForm task={task} onClose={onClose} />
    </Dialog>
  );
}

function EditForm({ task, onClose }: { task: TaskDetail; onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState(task.name);
  const [description, setDescription] = useState(task.description);
  const save = useMutation({
    mutationFn: () => client.call(contract.updateTask, { params: { id: task.id }, body: { name, description } }),
    onSuccess: (saved) => {
      applyTasks(queries, new Map([[saved.id, saved]]));
      onClose();
    },
  });
  const { byField, rest } = formErrors(save.error, ["name", "description"]);
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <form onSubmit={submit} className={form.stack} noValidate>
      {rest !== null && <ErrorNote message={rest} />}
      <TextInput
        label={text.edit.name}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={byField.name}
      />
      <Textarea
        label={text.edit.description}
        rows={4}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        error={byField.description}
      />
      <SubmitButtons label={text.common.save} isPending={save.isPending} onCancel={onClose} />
    </form>
  );
}

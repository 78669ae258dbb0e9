import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import {
  type SignalName,
  type SignalTarget,
  signalNames,
  signalTargets,
  type TaskDetail,
} from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { applyTasks } from "../live/task-cache.ts";
import { taskText } from "../task-text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import form from "../ui/form-stack.module.css";
import { SelectField } from "../ui/select-field.tsx";
import { SubmitButtons } from "../ui/submit-buttons.tsx";

const words = taskText.signal;

/** Asks which signal goes to whom. */
export function SignalDialog({ task, onClose }: { task: TaskDetail; onClose: () => void }) {
  return (
    <Dialog title={words.title(task.name)} onClose={onClose}>
      <SignalForm task={task} onClose={onClose} />
    </Dialog>
  );
}

function SignalForm({ task, onClose }: { task: TaskDetail; onClose: () => void }) {
  const queries = useQueryClient();
  const [signal, setSignal] = useState<SignalName>("SIGHUP");
  const [to, setTo] = useState<SignalTarget>("main");
  const send = useMutation({
    mutationFn: () => client.call(contract.signalTask, { params: { id: task.id }, body: { signal, to } }),
    onSuccess: (answer) => {
      applyTasks(queries, new Map([[answer.id, answer]]));
      notifications.show({ message: words.sent(signal) });
      onClose();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    send.mutate();
  }
  return (
    <form onSubmit={submit} className={form.stack}>
      {send.error !== null && <ErrorNote message={errorText(send.error)} />}
      <SelectField
        label={words.signal}
        value={signal}
        options={signalNames.map((name) => ({ value: name, label: name }))}
        onChange={setSignal}
        hasFocus
      />
      <SelectField
        label={words.to}
        value={to}
        options={signalTargets.map((target) => ({ value: target, label: words[target] }))}
        onChange={setTo}
      />
      <p className={form.hint}>{words.hint}</p>
      <SubmitButtons label={words.send} isPending={send.isPending} onCancel={onClose} />
    </form>
  );
}

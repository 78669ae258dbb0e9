import { TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { mostQueueSlots, type Queue } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { formErrors } from "../api/error-text.ts";
import { queuesQuery } from "../api/queue-queries.ts";
import { queueText } from "../queue-text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import form from "../ui/form-stack.module.css";
import { SubmitButtons } from "../ui/submit-buttons.tsx";

const words = queueText.form;

/** Makes a queue, or changes the slots of one. */
export function QueueDialog({ queue, onClose }: { queue: Queue | null; onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [slotsText, setSlotsText] = useState(queue?.slots?.toString() ?? "");
  const [isMistaken, setMistaken] = useState(false);
  const save = useMutation({
    mutationFn: (slots: number | null) =>
      queue === null
        ? client.call(contract.createQueue, { body: { name: name.trim(), slots } })
        : client.call(contract.updateQueue, { params: { name: queue.name }, body: { slots } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: queuesQuery.queryKey });
      onClose();
    },
  });
  const { byField, rest } = formErrors(save.error, ["name", "slots"]);

  function submit(event: FormEvent) {
    event.preventDefault();
    const slots = readSlots(slotsText);
    setMistaken(slots === undefined);
    if (slots !== undefined) {
      save.mutate(slots);
    }
  }
  return (
    <Dialog title={queue === null ? words.newTitle : words.slotsTitle(queue.name)} onClose={onClose}>
      <form onSubmit={submit} className={form.stack} noValidate>
        {rest !== null && <ErrorNote message={rest} />}
        {queue === null && (
          <TextInput
            label={words.name}
            description={words.nameHint}
            autoComplete="off"
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={byField.name}
          />
        )}
        <TextInput
          label={words.slots}
          description={words.slotsHint}
          inputMode="numeric"
          autoComplete="off"
          {...(queue === null ? {} : { "data-autofocus": true })}
          value={slotsText}
          onChange={(event) => setSlotsText(event.currentTarget.value)}
          error={isMistaken ? words.notSlots : byField.slots}
        />
        {queue !== null && queue.running > 0 && <p className={form.hint}>{words.goesOn(queue.running)}</p>}
        <SubmitButtons label={queue === null ? words.make : words.save} isPending={save.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

/** Null for no limit; undefined for what is no number of slots. */
function readSlots(written: string): number | null | undefined {
  const digits = written.trim();
  if (digits === "") {
    return null;
  }
  const slots = /^\d+$/.test(digits) ? Number(digits) : 0;
  return slots >= 1 && slots <= mostQueueSlots ? slots : undefined;
}

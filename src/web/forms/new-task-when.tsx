import { formText } from "../form-text.ts";
import { DraftField, type FieldGroupProps, FoldedGroup } from "./field-group.tsx";

const words = formText.when;

/** When it may start, and before which others. */
export function WhenFields(props: FieldGroupProps) {
  return (
    <FoldedGroup
      {...props}
      title={formText.groups.when}
      hint={words.hint}
      fields={["runAt", "priority", "queue"]}
      served={["run_at", "priority", "queue"]}
    >
      <DraftField
        {...props}
        field="runAt"
        served="run_at"
        label={words.runAt}
        hint={words.runAtHint(Intl.DateTimeFormat().resolvedOptions().timeZone)}
        type="datetime-local"
      />
      <DraftField
        {...props}
        field="priority"
        served="priority"
        label={words.priority}
        hint={words.priorityHint}
        inputMode="numeric"
      />
      <DraftField {...props} field="queue" served="queue" label={words.queue} hint={words.queueHint} />
    </FoldedGroup>
  );
}

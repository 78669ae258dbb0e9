import { formText } from "../form-text.ts";
import { TextButton } from "../ui/text-button.tsx";
import { Ago } from "../ui/times.tsx";
import type { KeptDraft } from "./kept-draft.ts";
import classes from "./new-task-form.module.css";

const words = formText.restored;

/** Says that the form did not come up empty, or as the task was, and takes that back. */
export function RestoredNote(props: { kept: KeptDraft; isRerun: boolean; onStartAgain: () => void }) {
  const { kept, isRerun, onStartAgain } = props;
  return (
    <p className={classes.restored}>
      {words.from} <Ago at={new Date(kept.keptAt).toISOString()} />
      {kept.lacksSecrets && (isRerun ? words.lacksChangedSecrets : words.lacksSecrets)} ·{" "}
      <TextButton onClick={onStartAgain}>{isRerun ? words.startFromTask : words.startEmpty}</TextButton>
    </p>
  );
}

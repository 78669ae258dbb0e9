import { useId } from "react";
import { formText } from "../form-text.ts";
import { commandLines, mostLines } from "./command-lines.ts";
import type { FieldGroupProps } from "./field-group.tsx";
import classes from "./lines-choice.module.css";

const words = formText.lines;

type LinesChoiceProps = Pick<FieldGroupProps, "draft" | "onChange"> & { isDisabled: boolean };

/** Several lines in the field: one task whose program they are, or a task for each. */
export function LinesChoice({ draft, onChange, isDisabled }: LinesChoiceProps) {
  const group = useId();
  const { lines, skipped } = commandLines(draft.command);
  const all = draft.command.trim().split("\n").length;
  const choices = [
    { isEach: false, label: words.one(all), note: null },
    { isEach: true, label: words.each(lines.length), note: noteOf(lines.length, skipped) },
  ];
  return (
    <fieldset className={classes.choice} disabled={isDisabled}>
      <legend className={classes.legend}>{words.count(all)}</legend>
      {choices.map(({ isEach, label, note }) => (
        <label key={label} className={classes.option}>
          <input
            type="radio"
            name={group}
            checked={draft.isEachLine === isEach}
            onChange={() => onChange({ isEachLine: isEach })}
          />
          <span>
            {label}
            {note !== null && <span className={classes.note}> {note}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function noteOf(count: number, skipped: number): string | null {
  const notes = [
    ...(skipped === 0 ? [] : [words.skipped(skipped)]),
    ...(count > mostLines ? [words.tooMany(mostLines)] : []),
  ];
  return notes.length === 0 ? null : `(${notes.join("; ")})`;
}

import { Textarea } from "@mantine/core";
import { formText } from "../form-text.ts";
import { ToggleButton } from "../ui/toggle-button.tsx";
import { commandLines } from "./command-lines.ts";
import { DraftField, type FieldGroupProps } from "./field-group.tsx";
import { LinesChoice } from "./lines-choice.tsx";
import classes from "./new-task-form.module.css";
import { programKinds, type TaskDraft } from "./task-draft.ts";

const words = formText.program;
const rows: Readonly<Record<TaskDraft["kind"], number>> = { command: 3, script: 10, argv: 4 };

type ProgramProps = FieldGroupProps & {
  /** Why no program may be typed; null when it may. */
  refusal: string | null;
  /** Lines may be tasks of their own. */
  maySplit: boolean;
  isReadOnly: boolean;
};

/** What is run: a command, a script, or a program with its arguments. */
export function ProgramFields(props: ProgramProps) {
  const { draft, errors, onChange, refusal, maySplit } = props;
  const { kind } = draft;
  const lineCount = maySplit && kind === "command" ? commandLines(draft.command).lines.length : 0;
  return (
    <div className={classes.stacked}>
      {refusal === null && <KindSwitch kind={kind} onChange={(next) => onChange({ kind: next })} />}
      <Textarea
        name={kind}
        aria-label={words.labels[kind]}
        description={refusal ?? words.hints[kind]}
        classNames={{ input: classes.program, error: classes.reasons }}
        rows={Math.max(rows[kind], Math.min(draft[kind].split("\n").length, mostRows))}
        disabled={refusal !== null}
        readOnly={props.isReadOnly}
        autoFocus={refusal === null}
        spellCheck={false}
        autoCapitalize="none"
        autoCorrect="off"
        value={draft[kind]}
        onChange={(event) => onChange({ [kind]: event.currentTarget.value })}
        error={errors[kind]}
      />
      {lineCount > 1 && <LinesChoice draft={draft} onChange={onChange} isDisabled={props.isReadOnly} />}
      {kind === "script" && (
        <DraftField
          {...props}
          field="interpreter"
          served="script.interpreter"
          label={words.interpreter}
          hint={words.interpreterHint}
          isCode
        />
      )}
    </div>
  );
}

/** A field that grew with what is typed; longer texts are scrolled. */
const mostRows = 16;

function KindSwitch({ kind, onChange }: { kind: TaskDraft["kind"]; onChange: (kind: TaskDraft["kind"]) => void }) {
  return (
    <fieldset className={classes.kind}>
      <legend className="visually-hidden">{words.kind}</legend>
      {programKinds.map((each) => (
        <ToggleButton key={each} isOn={each === kind} onClick={() => onChange(each)}>
          {words.labels[each]}
        </ToggleButton>
      ))}
    </fieldset>
  );
}

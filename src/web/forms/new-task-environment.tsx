import { formText } from "../form-text.ts";
import { CheckField } from "../ui/check-field.tsx";
import { formatBytes } from "../ui/sizes.ts";
import { DraftField, type FieldGroupProps, FoldedGroup } from "./field-group.tsx";
import classes from "./new-task-form.module.css";

const words = formText.environment;

type EnvironmentProps = FieldGroupProps & { mayTypeCommands: boolean; keptStdinBytes: number };

/** What the program finds: variables, standard input, more of it while it runs, a terminal; marks of its output. */
export function EnvironmentFields(props: EnvironmentProps) {
  const { draft, errors, onChange, mayTypeCommands } = props;
  return (
    <FoldedGroup
      {...props}
      title={formText.groups.environment}
      hint={words.hint}
      fields={["env", "stdin", "keepsStdin", "takesInput", "hasTerminal", "marksStderr"]}
      served={["env", "stdin", "input", "pty", "mark_stderr"]}
    >
      {mayTypeCommands && (
        <DraftField {...props} field="env" served="env" label={words.env} hint={words.envHint} rows={4} isCode />
      )}
      {mayTypeCommands && <StdinField {...props} />}
      <CheckField
        label={words.keepOpen}
        description={words.keepOpenHint}
        isOn={draft.takesInput}
        onChange={(takesInput) => onChange({ takesInput })}
        error={errors.input}
      />
      <div className={classes.stacked}>
        <CheckField
          label={words.terminal}
          description={words.terminalHint}
          isOn={draft.hasTerminal}
          onChange={(hasTerminal) => onChange({ hasTerminal })}
          error={errors.pty}
        />
        {draft.hasTerminal && (
          <div className={classes.pair}>
            <DraftField {...props} field="columns" served="pty.columns" label={words.columns} inputMode="numeric" />
            <DraftField {...props} field="rows" served="pty.rows" label={words.rows} inputMode="numeric" />
          </div>
        )}
      </div>
      <CheckField
        label={words.mark}
        description={words.markHint}
        isOn={draft.marksStderr}
        onChange={(marksStderr) => onChange({ marksStderr })}
        error={errors.mark_stderr}
      />
    </FoldedGroup>
  );
}

/** Of a rerun, the first task's input can be given again without being seen. */
function StdinField(props: EnvironmentProps) {
  const { draft, onChange, keptStdinBytes } = props;
  return (
    <div className={classes.stacked}>
      {!draft.keepsStdin && (
        <DraftField
          {...props}
          field="stdin"
          served="stdin"
          label={words.stdin}
          hint={words.stdinHint}
          rows={4}
          isCode
        />
      )}
      {keptStdinBytes > 0 && (
        <CheckField
          label={words.keepStdin(formatBytes(keptStdinBytes))}
          isOn={draft.keepsStdin}
          onChange={(keepsStdin) => onChange({ keepsStdin })}
        />
      )}
    </div>
  );
}

import { TextInput } from "@mantine/core";
import { formText } from "../form-text.ts";
import { CheckField } from "../ui/check-field.tsx";
import { FieldGroup, type FieldGroupProps } from "./field-group.tsx";
import classes from "./new-task-form.module.css";

const words = formText.input;

/** Input while it runs, and a terminal. */
export function InputFields({ draft, errors, onChange }: FieldGroupProps) {
  return (
    <FieldGroup title={formText.groups.input}>
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
            <TextInput
              label={words.columns}
              inputMode="numeric"
              value={draft.columns}
              onChange={(event) => onChange({ columns: event.currentTarget.value })}
              error={errors["pty.columns"]}
            />
            <TextInput
              label={words.rows}
              inputMode="numeric"
              value={draft.rows}
              onChange={(event) => onChange({ rows: event.currentTarget.value })}
              error={errors["pty.rows"]}
            />
          </div>
        )}
      </div>
    </FieldGroup>
  );
}

/** Shut off from the rest of the machine, or not. */
export function SandboxField({ draft, errors, onChange }: FieldGroupProps) {
  return (
    <FieldGroup title={formText.groups.sandbox}>
      <div className={classes.wide}>
        <CheckField
          label={formText.sandbox.strict}
          description={formText.sandbox.strictHint}
          isOn={draft.sandbox === "strict"}
          onChange={(isStrict) => onChange({ sandbox: isStrict ? "strict" : "none" })}
          error={errors.sandbox}
        />
      </div>
    </FieldGroup>
  );
}

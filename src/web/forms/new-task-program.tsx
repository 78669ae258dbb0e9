import { Textarea, TextInput } from "@mantine/core";
import { formText } from "../form-text.ts";
import { text } from "../text.ts";
import { CheckField } from "../ui/check-field.tsx";
import { formatBytes } from "../ui/sizes.ts";
import { ToggleButton } from "../ui/toggle-button.tsx";
import { FieldGroup, type FieldGroupProps } from "./field-group.tsx";
import classes from "./new-task-form.module.css";

/** Script or command, where it runs, with what environment and input, and for how long. */
export function ProgramFields({
  draft,
  errors,
  onChange,
  keptStdinBytes,
}: FieldGroupProps & { keptStdinBytes: number }) {
  return (
    <FieldGroup title={formText.groups.program}>
      <fieldset className={`${classes.kind} ${classes.wide}`}>
        <legend className={classes.legend}>{text.newTask.kind}</legend>
        <ToggleButton isOn={draft.kind === "command"} onClick={() => onChange({ kind: "command" })}>
          {text.newTask.kindCommand}
        </ToggleButton>
        <ToggleButton isOn={draft.kind === "script"} onClick={() => onChange({ kind: "script" })}>
          {text.newTask.kindScript}
        </ToggleButton>
      </fieldset>
      {draft.kind === "script" && (
        <TextInput
          className={classes.wide}
          label={text.newTask.interpreter}
          description={text.newTask.interpreterHint}
          classNames={{ input: classes.program }}
          value={draft.interpreter}
          onChange={(event) => onChange({ interpreter: event.currentTarget.value })}
          error={errors["script.interpreter"]}
        />
      )}
      <TextInput
        className={classes.wide}
        label={text.newTask.cwd}
        description={text.newTask.cwdHint}
        classNames={{ input: classes.program }}
        value={draft.cwd}
        onChange={(event) => onChange({ cwd: event.currentTarget.value })}
        error={errors.cwd}
      />
      <TextInput
        label={text.newTask.timeout}
        description={text.newTask.timeoutHint}
        value={draft.timeout}
        onChange={(event) => onChange({ timeout: event.currentTarget.value })}
        error={errors.timeout_seconds}
      />
      <TextInput
        label={formText.grace}
        description={formText.graceHint}
        value={draft.grace}
        onChange={(event) => onChange({ grace: event.currentTarget.value })}
        error={errors.kill_grace_seconds}
      />
      <Textarea
        label={text.newTask.env}
        description={text.newTask.envHint}
        classNames={{ input: classes.program }}
        rows={4}
        spellCheck={false}
        value={draft.env}
        onChange={(event) => onChange({ env: event.currentTarget.value })}
        error={errors.env}
      />
      <div>
        {!draft.keepsStdin && (
          <Textarea
            label={text.newTask.stdin}
            description={text.newTask.stdinHint}
            classNames={{ input: classes.program }}
            rows={4}
            spellCheck={false}
            value={draft.stdin}
            onChange={(event) => onChange({ stdin: event.currentTarget.value })}
            error={errors.stdin}
          />
        )}
        {keptStdinBytes > 0 && (
          <CheckField
            label={formText.keepStdin(formatBytes(keptStdinBytes))}
            isOn={draft.keepsStdin}
            onChange={(keepsStdin) => onChange({ keepsStdin })}
          />
        )}
      </div>
    </FieldGroup>
  );
}

import { TextInput } from "@mantine/core";
import { useId } from "react";
import { type RetryCause, retryCauses } from "../../contract/index.ts";
import { formText } from "../form-text.ts";
import { CheckField } from "../ui/check-field.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { FieldGroup, type FieldGroupProps } from "./field-group.tsx";
import classes from "./new-task-form.module.css";

const words = formText.retry;
const causeLabels = { failed: words.failed, timed_out: words.timedOut, lost: words.lost };

/** Whether and when it is tried again. The rest unfolds once a number of attempts is typed. */
export function RetryFields(props: FieldGroupProps) {
  const { draft, errors, onChange } = props;
  const isRetried = draft.attempts.trim() !== "";
  return (
    <FieldGroup title={formText.groups.retry}>
      <TextInput
        label={words.attempts}
        description={words.attemptsHint}
        inputMode="numeric"
        value={draft.attempts}
        onChange={(event) => onChange({ attempts: event.currentTarget.value })}
        error={errors["retry.attempts"]}
      />
      {isRetried && <DelayFields {...props} />}
      {isRetried && <CauseFields {...props} />}
    </FieldGroup>
  );
}

function DelayFields({ draft, errors, onChange }: FieldGroupProps) {
  return (
    <>
      <SelectField
        label={words.backoff}
        description={words.backoffHint}
        value={draft.backoff}
        options={[
          { value: "fixed", label: words.fixed },
          { value: "exponential", label: words.exponential },
        ]}
        onChange={(backoff) => onChange({ backoff })}
      />
      <TextInput
        label={words.delay}
        description={words.delayHint}
        value={draft.retryDelay}
        onChange={(event) => onChange({ retryDelay: event.currentTarget.value })}
        error={errors["retry.delay_seconds"]}
      />
      {draft.backoff === "exponential" && (
        <TextInput
          label={words.maxDelay}
          description={words.maxDelayHint}
          value={draft.maxRetryDelay}
          onChange={(event) => onChange({ maxRetryDelay: event.currentTarget.value })}
          error={errors["retry.max_delay_seconds"]}
        />
      )}
      <TextInput
        label={words.jitter}
        description={words.jitterHint}
        value={draft.jitter}
        onChange={(event) => onChange({ jitter: event.currentTarget.value })}
        error={errors["retry.jitter"]}
      />
    </>
  );
}

function CauseFields({ draft, errors, onChange }: FieldGroupProps) {
  const error = errors["retry.on"];
  const errorId = useId();
  function toggle(cause: RetryCause, isOn: boolean) {
    onChange({ retryOn: retryCauses.filter((each) => (each === cause ? isOn : draft.retryOn.includes(each))) });
  }
  return (
    <fieldset
      className={`${classes.causes} ${classes.wide}`}
      aria-describedby={error === undefined ? undefined : errorId}
    >
      <legend className={classes.legend}>{words.on}</legend>
      {retryCauses.map((cause) => (
        <CheckField
          key={cause}
          label={causeLabels[cause]}
          description={cause === "lost" ? words.lostHint : undefined}
          isOn={draft.retryOn.includes(cause)}
          onChange={(isOn) => toggle(cause, isOn)}
        />
      ))}
      {error !== undefined && (
        <p id={errorId} className={classes.error}>
          {error}
        </p>
      )}
    </fieldset>
  );
}

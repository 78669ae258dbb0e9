import { useId } from "react";
import { type RetryCause, retryCauses } from "../../contract/index.ts";
import { formText } from "../form-text.ts";
import { CheckField } from "../ui/check-field.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { DraftField, type FieldGroupProps, FoldedGroup } from "./field-group.tsx";
import classes from "./new-task-form.module.css";

const words = formText.retry;
const causeLabels = { failed: words.failed, timed_out: words.timedOut, lost: words.lost };

/** Whether and when it is tried again. The rest unfolds once a number of attempts is typed. */
export function RetryFields(props: FieldGroupProps) {
  const isRetried = props.draft.attempts.trim() !== "";
  return (
    <FoldedGroup
      {...props}
      title={formText.groups.retry}
      hint={words.hint}
      fields={isRetried ? ["attempts", "backoff", "retryDelay", "maxRetryDelay", "jitter", "retryOn"] : ["attempts"]}
      served={["retry"]}
    >
      <DraftField
        {...props}
        field="attempts"
        served="retry.attempts"
        label={words.attempts}
        hint={words.attemptsHint}
        inputMode="numeric"
      />
      {isRetried && <DelayFields {...props} />}
      {isRetried && <CauseFields {...props} />}
    </FoldedGroup>
  );
}

function DelayFields(props: FieldGroupProps) {
  const { draft, onChange } = props;
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
      <DraftField
        {...props}
        field="retryDelay"
        served="retry.delay_seconds"
        label={words.delay}
        hint={words.delayHint}
      />
      {draft.backoff === "exponential" && (
        <DraftField
          {...props}
          field="maxRetryDelay"
          served="retry.max_delay_seconds"
          label={words.maxDelay}
          hint={words.maxDelayHint}
        />
      )}
      <DraftField {...props} field="jitter" served="retry.jitter" label={words.jitter} hint={words.jitterHint} />
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

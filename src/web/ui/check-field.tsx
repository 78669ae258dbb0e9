import { type ReactNode, useId } from "react";
import classes from "./check-field.module.css";

/** A yes or no with its label, and a line on what it means. */
export function CheckField(props: {
  label: ReactNode;
  description?: string | undefined;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  error?: string | undefined;
}) {
  const descriptionId = useId();
  const errorId = useId();
  const describedBy = [
    props.description === undefined ? "" : descriptionId,
    props.error === undefined ? "" : errorId,
  ].filter(Boolean);
  return (
    <div className={classes.field}>
      <label className={classes.label}>
        <input
          type="checkbox"
          checked={props.isOn}
          aria-invalid={props.error === undefined ? undefined : true}
          aria-describedby={describedBy.length === 0 ? undefined : describedBy.join(" ")}
          onChange={(event) => props.onChange(event.currentTarget.checked)}
        />
        {props.label}
      </label>
      {props.description !== undefined && (
        <p id={descriptionId} className={classes.description}>
          {props.description}
        </p>
      )}
      {props.error !== undefined && (
        <p id={errorId} className={classes.error}>
          {props.error}
        </p>
      )}
    </div>
  );
}

import type { ReactNode } from "react";
import classes from "./icon-button.module.css";

/** A small square button that is only an icon; its name is read, and shown on hover with its key, if it has one. */
export function IconButton(props: {
  label: string;
  hint?: string;
  isDisabled?: boolean | undefined;
  onClick: () => void;
  children: ReactNode;
}) {
  const { label, hint } = props;
  return (
    <button
      type="button"
      className={classes.button}
      aria-label={label}
      title={hint === undefined ? label : `${label} (${hint})`}
      disabled={props.isDisabled}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}

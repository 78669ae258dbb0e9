import type { ReactNode } from "react";
import classes from "./text-button.module.css";

/** A button that stands within a text, as a link does. */
export function TextButton(props: { onClick: () => void; disabled?: boolean; title?: string; children: ReactNode }) {
  return (
    <button
      type="button"
      className={classes.button}
      onClick={props.onClick}
      disabled={props.disabled}
      title={props.title}
    >
      {props.children}
    </button>
  );
}

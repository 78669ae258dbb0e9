import type { ReactNode } from "react";
import classes from "./toggle-button.module.css";

/** A small button that is on or off. */
export function ToggleButton(props: { isOn: boolean; onClick: () => void; title?: string; children: ReactNode }) {
  return (
    <button
      type="button"
      className={classes.button}
      aria-pressed={props.isOn}
      onClick={props.onClick}
      title={props.title}
    >
      {props.children}
    </button>
  );
}

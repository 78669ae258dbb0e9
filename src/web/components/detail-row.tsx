import type { ReactNode } from "react";
import classes from "./task-details.module.css";

/** A name and its value. Nothing is shown for a value that does not exist. */
export function DetailRow(props: { name: string; children: ReactNode; isCode?: boolean }) {
  const { name, children, isCode = false } = props;
  if (children === null || children === undefined || children === "") {
    return null;
  }
  return (
    <div className={classes.row}>
      <dt>{name}</dt>
      <dd className={isCode ? classes.code : undefined}>{children}</dd>
    </div>
  );
}

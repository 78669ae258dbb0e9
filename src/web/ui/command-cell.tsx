import classes from "./command-cell.module.css";
import { splitForMiddleCut } from "./middle-cut.ts";

/** A command on one line: cut in the middle where it does not fit, whole on hover. */
export function CommandCell({ command }: { command: string }) {
  const { head, tail } = splitForMiddleCut(command);
  return (
    <span className={classes.cut} title={command}>
      <span className={classes.head}>{head}</span>
      <span className={classes.tail}>{tail}</span>
    </span>
  );
}

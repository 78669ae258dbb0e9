import { Button } from "@mantine/core";
import { text } from "../text.ts";
import classes from "./error-note.module.css";

/** What went wrong, in words, with a way to try again where there is one. */
export function ErrorNote({ message, onRetry }: { message: string; onRetry?: (() => void) | undefined }) {
  return (
    <div role="alert" className={classes.note}>
      <span className={classes.message}>{message}</span>
      {onRetry !== undefined && (
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          {text.common.retry}
        </Button>
      )}
    </div>
  );
}

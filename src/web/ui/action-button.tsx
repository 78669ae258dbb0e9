import { Button, type ButtonProps } from "@mantine/core";
import { type ReactNode, useId } from "react";
import classes from "./action-button.module.css";

type ActionButtonProps = Pick<ButtonProps, "variant" | "color" | "size"> & {
  children: ReactNode;
  onClick: () => void;
  /** Why the button does nothing now, as a sentence; null when it works. */
  refusal: string | null;
  /** What it does, when the label does not say enough. */
  hint?: string | undefined;
  /** For a button at the bottom of the window. */
  tipIsAbove?: boolean;
};

/**
 * A button that can say why it is disabled: it stays reachable by mouse, keyboard and touch, and shows the reason then.
 */
export function ActionButton({ children, onClick, refusal, hint, tipIsAbove, ...looks }: ActionButtonProps) {
  const tipId = useId();
  const isRefused = refusal !== null;
  const tip = refusal ?? hint;
  return (
    <span className={classes.wrap}>
      <Button
        {...looks}
        aria-disabled={isRefused || undefined}
        data-disabled={isRefused || undefined}
        aria-describedby={tip === undefined ? undefined : tipId}
        onClick={(event) => {
          if (isRefused) {
            event.preventDefault();
          } else {
            onClick();
          }
        }}
      >
        {children}
      </Button>
      {tip !== undefined && (
        <span role="tooltip" id={tipId} className={classes.tip} data-above={tipIsAbove || undefined}>
          {tip}
        </span>
      )}
    </span>
  );
}

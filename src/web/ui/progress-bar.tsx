import type { ReactNode } from "react";
import classes from "./progress-bar.module.css";

/** How far something has come, as a bar and in percent. `progress` is between 0 and 1. */
export function ProgressBar({ progress, label }: { progress: number; label: string }) {
  const percent = Math.round(progress * 100);
  return (
    <Bar value={percent} max={100} label={label}>
      {percent} %
    </Bar>
  );
}

/** A part of a whole, as a bar with words beside it. The style's --bar-width, if it has one, is the bar's width. */
export function Bar(props: { value: number; max: number; label: string; className?: string; children: ReactNode }) {
  const { value, max, label, className = "", children } = props;
  return (
    <span className={`${classes.progress} ${className}`}>
      <progress max={max} value={value} aria-label={label} />
      {children}
    </span>
  );
}

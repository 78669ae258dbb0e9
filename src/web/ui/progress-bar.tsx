import classes from "./progress-bar.module.css";

/** How far something has come, as a bar and in percent. `progress` is between 0 and 1. */
export function ProgressBar({ progress, label }: { progress: number; label: string }) {
  const percent = Math.round(progress * 100);
  return (
    <span className={classes.progress}>
      <progress max={100} value={percent} aria-label={label} />
      {percent} %
    </span>
  );
}

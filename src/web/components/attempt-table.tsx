import type { Attempt } from "../../contract/index.ts";
import { text } from "../text.ts";
import { formatDuration, formatMoment } from "../ui/durations.ts";
import { formatBytes } from "../ui/sizes.ts";
import classes from "./attempt-table.module.css";

const words = text.details;

/** Every attempt of a task, one per line. */
export function AttemptTable({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length === 0) {
    return <p className={classes.dim}>{words.noAttempts}</p>;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a phone, so the keyboard must reach it
    <div className={classes.scroller} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{words.number}</th>
            <th scope="col">{words.outcome}</th>
            <th scope="col">{words.started}</th>
            <th scope="col">{words.duration}</th>
            <th scope="col">{words.node}</th>
            <th scope="col">{words.pid}</th>
            <th scope="col">{words.cpu}</th>
            <th scope="col">{words.memory}</th>
            <th scope="col">{words.outputBytes}</th>
            <th scope="col">{words.reason}</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <tr key={attempt.number}>
              <td>{attempt.number}</td>
              <td>{endOf(attempt)}</td>
              <td>{attempt.started_at === null ? text.common.none : formatMoment(attempt.started_at)}</td>
              <td>{attempt.duration_ms === null ? text.common.none : formatDuration(attempt.duration_ms)}</td>
              <td>{attempt.node}</td>
              <td>{attempt.pid ?? text.common.none}</td>
              <td>{attempt.usage.cpu_ms === null ? text.common.none : formatDuration(attempt.usage.cpu_ms)}</td>
              <td>
                {attempt.usage.max_rss_bytes === null ? text.common.none : formatBytes(attempt.usage.max_rss_bytes)}
              </td>
              <td>{formatBytes(attempt.output_bytes)}</td>
              <td className={classes.reason}>{attempt.reason ?? text.common.none}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function endOf(attempt: Attempt): string {
  if (attempt.outcome === null) {
    return text.statuses.running;
  }
  const detail = attempt.signal ?? (attempt.exit_code === null ? null : `exit ${attempt.exit_code}`);
  return detail === null ? text.outcomes[attempt.outcome] : `${text.outcomes[attempt.outcome]}, ${detail}`;
}

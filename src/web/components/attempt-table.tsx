import type { Attempt } from "../../contract/index.ts";
import { detailsText } from "../details-text.ts";
import { taskText } from "../task-text.ts";
import { text } from "../text.ts";
import { formatDuration } from "../ui/durations.ts";
import { formatBytes, formatCount } from "../ui/sizes.ts";
import { ClockTime, Elapsed } from "../ui/times.tsx";
import classes from "./detail-table.module.css";

const words = detailsText;

/** Every attempt of a task, one per line. */
export function AttemptTable({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length === 0) {
    return <p className={classes.none}>{words.noAttempts}</p>;
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
            <th scope="col">{taskText.details.processes}</th>
            <th scope="col">{taskText.details.read}</th>
            <th scope="col">{taskText.details.written}</th>
            <th scope="col">{taskText.details.suspended}</th>
            <th scope="col">{words.outputBytes}</th>
            <th scope="col">{words.reason}</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <tr key={attempt.number}>
              <td>{attempt.number}</td>
              <td>{endOf(attempt)}</td>
              <td>{attempt.started_at === null ? text.common.none : <ClockTime at={attempt.started_at} />}</td>
              <td>
                <RanFor attempt={attempt} />
              </td>
              <td>{attempt.node}</td>
              <td>{attempt.pid ?? text.common.none}</td>
              <td>{known(attempt.usage.cpu_ms, formatDuration)}</td>
              <td>{known(attempt.usage.max_rss_bytes, formatBytes)}</td>
              <td>{known(attempt.usage.max_processes, formatCount)}</td>
              <td>{known(attempt.usage.read_bytes, formatBytes)}</td>
              <td>{known(attempt.usage.write_bytes, formatBytes)}</td>
              <td>{known(attempt.suspended_ms || null, formatDuration)}</td>
              <td>{known(attempt.outcome === null ? null : attempt.output_bytes, formatBytes)}</td>
              <td className={classes.reason}>{attempt.reason ?? text.common.none}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RanFor({ attempt }: { attempt: Attempt }) {
  if (attempt.completed_at === null && attempt.started_at !== null) {
    return <Elapsed since={attempt.started_at} />;
  }
  return known(attempt.duration_ms, formatDuration);
}

function known(value: number | null, format: (value: number) => string): string {
  return value === null ? text.common.none : format(value);
}

function endOf(attempt: Attempt): string {
  if (attempt.outcome === null) {
    return attempt.suspended ? text.suspended : text.statuses.running;
  }
  const detail = attempt.signal ?? (attempt.exit_code === null ? null : `exit ${attempt.exit_code}`);
  return detail === null ? text.outcomes[attempt.outcome] : `${text.outcomes[attempt.outcome]}, ${detail}`;
}

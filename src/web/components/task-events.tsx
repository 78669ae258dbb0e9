import { useQuery } from "@tanstack/react-query";
import type { TaskDetail, TaskLogEntry } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { eventsQuery } from "../api/task-queries.ts";
import { taskText } from "../task-text.ts";
import { text } from "../text.ts";
import { withLocalTimes } from "../ui/durations.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import body from "../ui/page-body.module.css";
import { ClockTime } from "../ui/times.tsx";
import classes from "./task-events.module.css";

const words = taskText.events;
/** What changes nothing of the task itself, as a signal does, is not told by the stream of changes. */
const refreshMs = 3000;

/** The log of what happened to a task, oldest first. */
export function TaskEvents({ task }: { task: TaskDetail }) {
  const events = useQuery({
    ...eventsQuery(task.id),
    refetchOnMount: "always",
    refetchInterval: task.status === "running" && refreshMs,
  });
  return (
    <div className={body.body}>
      {events.error !== null && <ErrorNote message={errorText(events.error)} onRetry={() => void events.refetch()} />}
      {events.data === undefined && events.error === null && <p className={body.dim}>{text.common.loading}</p>}
      {events.data !== undefined && <EventTable events={events.data} hasAttempts={task.attempt > 1} />}
    </div>
  );
}

function EventTable({ events, hasAttempts }: { events: readonly TaskLogEntry[]; hasAttempts: boolean }) {
  return (
    <table className={classes.table} aria-label={words.label}>
      <thead>
        <tr>
          <th scope="col">{words.time}</th>
          {hasAttempts && <th scope="col">{words.attempt}</th>}
          <th scope="col">{words.kind}</th>
          <th scope="col">{words.text}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no name of their own and only grow in number
          <tr key={index} data-kind={event.kind}>
            <td className={classes.time}>
              <ClockTime at={event.at} />
            </td>
            {hasAttempts && <td className={classes.attempt}>{event.attempt === 0 ? words.none : event.attempt}</td>}
            <td className={classes.kind}>{taskText.eventKinds[event.kind]}</td>
            <td className={classes.text}>{withLocalTimes(event.text)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

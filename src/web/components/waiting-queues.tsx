import { Link } from "@tanstack/react-router";
import type { Statistics } from "../../contract/index.ts";
import { dashboardText } from "../dashboard-text.ts";
import type { TasksSearch } from "../task/filter-words.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import { text } from "../text.ts";
import { formatCount } from "../ui/sizes.ts";
import { Elapsed } from "../ui/times.tsx";
import classes from "./statistics-table.module.css";

const words = dashboardText.waiting;
/** So many queues are listed, the longest ones; the others are counted. */
const mostQueues = 10;

type WaitingQueuesProps = {
  queues: Statistics["pending"];
  tasksBy: (change: Partial<TaskFilter>) => TasksSearch;
};

/** What waits, by queue, and for how long. */
export function WaitingQueues({ queues, tasksBy }: WaitingQueuesProps) {
  const shown = queues.toSorted((one, other) => other.count - one.count).slice(0, mostQueues);
  const pending = { statuses: ["pending"] } as const satisfies Partial<TaskFilter>;
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting" className={classes.title}>
        {words.title}
      </h2>
      {shown.length === 0 && <p className={classes.none}>{words.none}</p>}
      {shown.length > 0 && (
        <table className={classes.table} aria-labelledby="waiting">
          <thead>
            <tr>
              <th scope="col" className={classes.widest}>
                {words.columns.queue}
              </th>
              <th scope="col">{words.columns.count}</th>
              <th scope="col" className={classes.ticking}>
                {words.columns.oldest}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ queue, count, delayed, oldest }) => (
              <tr key={queue}>
                <th scope="row" className={classes.name} title={queue}>
                  {queue}
                </th>
                <td className={classes.count}>
                  <Link to="/tasks" search={tasksBy({ ...pending, queue })}>
                    {formatCount(count)}
                  </Link>{" "}
                  {delayed > 0 && <span className={classes.dim}>{words.delayed(delayed)}</span>}
                </td>
                <td>
                  {oldest === null ? <span className={classes.dim}>{text.common.none}</span> : <Oldest {...oldest} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {queues.length > shown.length && (
        <p className={classes.more}>
          <Link to="/tasks" search={tasksBy(pending)}>
            {words.more(queues.length - shown.length)}
          </Link>
        </p>
      )}
    </section>
  );
}

function Oldest({ id, since }: { id: number; since: string }) {
  return (
    <>
      <Link to="/tasks/$taskId" params={{ taskId: String(id) }}>
        #{id}
      </Link>{" "}
      {text.task.runningFor} <Elapsed since={since} />
    </>
  );
}

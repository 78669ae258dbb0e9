import { useQuery } from "@tanstack/react-query";
import { errorText } from "../api/error-text.ts";
import { processesQuery } from "../api/task-queries.ts";
import { inTreeOrder } from "../task/process-tree.ts";
import { taskText } from "../task-text.ts";
import { formatDuration } from "../ui/durations.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import { formatBytes } from "../ui/sizes.ts";
import classes from "./detail-table.module.css";

const words = taskText.processes;
const refreshMs = 2000;

/** The processes of a running task as of now, children beneath their parents. */
export function ProcessTable({ taskId }: { taskId: number }) {
  const processes = useQuery({ ...processesQuery(taskId), refetchInterval: refreshMs, refetchOnMount: "always" });
  if (processes.data === undefined) {
    return processes.error === null ? null : <ErrorNote message={errorText(processes.error)} />;
  }
  return (
    <section>
      <h2 className={classes.title}>{words.title}</h2>
      {processes.data.length === 0 && <p className={classes.none}>{words.none}</p>}
      {processes.data.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a phone, so the keyboard must reach it
        <div className={classes.scroller} tabIndex={0}>
          <table className={classes.table} aria-label={words.title}>
            <thead>
              <tr>
                <th scope="col" className={classes.number}>
                  {words.pid}
                </th>
                <th scope="col">{words.state}</th>
                <th scope="col" className={classes.number}>
                  {words.cpu}
                </th>
                <th scope="col" className={classes.number}>
                  {words.memory}
                </th>
                <th scope="col">{words.command}</th>
              </tr>
            </thead>
            <tbody>
              {inTreeOrder(processes.data).map(({ process, depth }) => (
                <tr key={process.pid}>
                  <td className={classes.number}>{process.pid}</td>
                  <td>{taskText.processStates[process.state] ?? process.state}</td>
                  <td className={classes.number}>{formatDuration(process.cpu_ms)}</td>
                  <td className={classes.number}>{formatBytes(process.rss_bytes)}</td>
                  <td className={classes.command} style={{ paddingLeft: depth * 16 }} title={process.command_line}>
                    {process.command_line}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

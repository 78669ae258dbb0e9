import { Link } from "@tanstack/react-router";
import type { Statistics } from "../../contract/index.ts";
import { dashboardText } from "../dashboard-text.ts";
import type { TasksSearch } from "../task/filter-words.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import { Bar } from "../ui/progress-bar.tsx";
import { formatCount } from "../ui/sizes.ts";
import { NodeStateBadge } from "./node-state-badge.tsx";
import classes from "./statistics-table.module.css";

const words = dashboardText.nodes;
/** So many nodes are listed, the fullest ones; the others are counted. */
const mostNodes = 12;

type NodeLoadProps = {
  nodes: Statistics["nodes"];
  /** Whether the tasks counted are one's own only. */
  isMine: boolean;
  tasksBy: (change: Partial<TaskFilter>) => TasksSearch;
};

/** How full each node is, and how many of the tasks run there. */
export function NodeLoad({ nodes, isMine, tasksBy }: NodeLoadProps) {
  const shown = nodes.toSorted((one, other) => other.used - one.used).slice(0, mostNodes);
  return (
    <section aria-labelledby="nodes">
      <h2 id="nodes" className={classes.title}>
        <Link to="/nodes">{words.title}</Link>
      </h2>
      {nodes.length === 0 && <p className={classes.none}>{words.none}</p>}
      {nodes.length > 0 && (
        <table className={classes.table} aria-labelledby="nodes">
          <thead>
            <tr>
              <th scope="col" className={classes.widest}>
                {words.columns.name}
              </th>
              <th scope="col">{words.columns.state}</th>
              <th scope="col">{words.columns.slots}</th>
              <th scope="col" className={classes.number}>
                {isMine ? words.columns.running.mine : words.columns.running.all}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((node) => (
              <tr key={node.id}>
                <th scope="row" className={classes.name} title={node.name}>
                  {node.name}
                </th>
                <td>
                  <NodeStateBadge node={node} />
                </td>
                <td>
                  <SlotsBar node={node} />
                </td>
                <td className={classes.number}>
                  <Link to="/tasks" search={tasksBy({ statuses: ["running"], node: node.name })}>
                    {formatCount(node.running)}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {nodes.length > shown.length && (
        <p className={classes.more}>
          <Link to="/nodes">{words.more(nodes.length - shown.length)}</Link>
        </p>
      )}
    </section>
  );
}

function SlotsBar({ node: { name, used, slots } }: { node: Statistics["nodes"][number] }) {
  return (
    <Bar
      value={Math.min(used, slots)}
      max={Math.max(slots, 1)}
      label={words.slotsOf(name)}
      className={classes.bar ?? ""}
    >
      {dashboardText.slots(used, slots)}
    </Bar>
  );
}

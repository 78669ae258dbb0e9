import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Statistics } from "../../contract/index.ts";
import { dashboardText } from "../dashboard-text.ts";
import type { TasksSearch } from "../task/filter-words.ts";
import type { TaskFilter } from "../task/task-filter.ts";
import * as icons from "../ui/icons.tsx";
import { formatCount } from "../ui/sizes.ts";
import classes from "./statistics-figures.module.css";

const words = dashboardText.figures;
const today = { endedSince: "today" } as const;

type StatisticsFiguresProps = { data: Statistics; tasksBy: (change: Partial<TaskFilter>) => TasksSearch };

/** The figures one looks for first, in a line; each leads to what it counts. */
export function StatisticsFigures({ data, tasksBy }: StatisticsFiguresProps) {
  const waiting = data.pending.reduce((sum, { count }) => sum + count, 0);
  const nodes = data.nodes.filter(({ state }) => state !== "silent");
  const slots = nodes.reduce((sum, node) => sum + node.slots, 0);
  const used = nodes.reduce((sum, node) => sum + node.used, 0);
  const { completed, failed, killed } = data.today;
  return (
    <ul className={classes.figures} aria-label={words.label}>
      <TasksFigure count={data.running} word="running" search={tasksBy({ statuses: ["running"] })} />
      <TasksFigure count={waiting} word="pending" search={tasksBy({ statuses: ["pending"] })} />
      <li>
        <Link to="/nodes" className={classes.figure}>
          <FigureWords icon={<icons.NodesIcon />} label={words.slots}>
            {dashboardText.slots(used, slots)}
          </FigureWords>
        </Link>
      </li>
      <TasksFigure count={completed} word="completed" search={tasksBy({ statuses: ["completed"], ...today })} />
      <TasksFigure count={failed} word="failed" search={tasksBy({ statuses: ["failed"], ...today })} />
      <TasksFigure count={killed} word="killed" search={tasksBy({ statuses: ["killed"], ...today })} />
    </ul>
  );
}

const statusIcons = {
  running: <icons.RunningIcon />,
  pending: <icons.PendingIcon />,
  completed: <icons.CompletedIcon />,
  failed: <icons.FailedIcon />,
  killed: <icons.KilledIcon />,
};

function TasksFigure(props: { count: number; word: keyof typeof statusIcons; search: TasksSearch }) {
  const { count, word, search } = props;
  return (
    <li>
      <Link to="/tasks" search={search} className={classes.figure} data-status={count > 0 ? word : undefined}>
        <FigureWords icon={statusIcons[word]} label={words[word]}>
          {formatCount(count)}
        </FigureWords>
      </Link>
    </li>
  );
}

function FigureWords({ icon, label, children }: { icon: ReactNode; label: string; children: ReactNode }) {
  return (
    <>
      <span className={classes.number}>{children}</span>{" "}
      <span className={classes.label}>
        {icon}
        {label}
      </span>
    </>
  );
}

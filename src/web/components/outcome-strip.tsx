import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { TaskDuration } from "../../contract/index.ts";
import { historyText } from "../history-text.ts";
import { goAlong } from "../ui/go-along.ts";
import classes from "./outcome-strip.module.css";
import { StatusIcon } from "./status-badge.tsx";

/** The last outcomes as a row of signs, the newest at the right. Tab goes to one of them, the arrow keys on from there. */
export function OutcomeStrip(props: { outcomes: readonly TaskDuration[]; describe: (task: TaskDuration) => string }) {
  const { outcomes, describe } = props;
  const [reached, reach] = useState<number | null>(null);
  const isThere = outcomes.some((task) => task.id === reached);
  const stop = isThere ? reached : outcomes.at(-1)?.id;
  return (
    <ol className={classes.strip} aria-label={historyText.strip}>
      {outcomes.map((task) => (
        <li key={task.id}>
          <Link
            to="/tasks/$taskId"
            params={{ taskId: String(task.id) }}
            preload={false}
            className={classes.sign}
            data-status={task.status}
            aria-label={describe(task)}
            title={describe(task)}
            tabIndex={task.id === stop ? 0 : -1}
            onFocus={() => reach(task.id)}
            onKeyDown={goAlong}
          >
            <StatusIcon status={task.status} />
          </Link>
        </li>
      ))}
    </ol>
  );
}

import { Link } from "@tanstack/react-router";
import type { Account, Queue } from "../../contract/index.ts";
import { queueText } from "../queue-text.ts";
import { writeAddress } from "../task/filter-words.ts";
import { noFilter } from "../task/task-filter.ts";
import * as icons from "../ui/icons.tsx";
import { Bar } from "../ui/progress-bar.tsx";
import { formatCount } from "../ui/sizes.ts";
import { TableHead } from "../ui/table-head.tsx";
import { Ago } from "../ui/times.tsx";
import badge from "./node-state-badge.module.css";
import classes from "./node-table.module.css";
import { QueueActions } from "./queue-actions.tsx";
import type { QueueQuestion } from "./queue-section.tsx";

const words = queueText.columns;
const columns = [words.name, words.state, words.slots, words.running, words.waiting, words.nodes] as const;
/** As many nodes of a queue are named; the others are counted. */
const namedNodes = 4;

type Asking = { account: Account | undefined; onAsk: (question: QueueQuestion) => void };

/** One row per queue; on a phone each is a block of its own. */
export function QueueTable({ queues, ...asking }: Asking & { queues: readonly Queue[] }) {
  return (
    <table className={`${classes.table} ${classes.queues}`} aria-labelledby="queues-title">
      <TableHead columns={columns} actions={words.actions} />
      <tbody>
        {queues.map((queue) => (
          <QueueRow key={queue.name} queue={queue} {...asking} />
        ))}
      </tbody>
    </table>
  );
}

function QueueRow({ queue, account, onAsk }: Asking & { queue: Queue }) {
  const { name, slots, running } = queue;
  return (
    <tr>
      <th scope="row" className={classes.name}>
        <TasksLink name={name} account={account} />
      </th>
      <td className={classes.state}>
        <State isPaused={queue.paused} />
      </td>
      <td data-label={words.slots}>
        {slots === null ? <span className={classes.dim}>{queueText.noLimit}</span> : <SlotsBar queue={queue} />}
      </td>
      <td data-label={words.running}>{formatCount(running)}</td>
      <td data-label={words.waiting}>
        <Waiting queue={queue} />
      </td>
      <td data-label={words.nodes} className={classes.words}>
        <Nodes names={queue.nodes} />
      </td>
      <td className={classes.actions}>
        <QueueActions queue={queue} account={account} onAsk={onAsk} />
      </td>
    </tr>
  );
}

/** To the tasks that wait and run in it: everybody's for those who see them. */
function TasksLink({ name, account }: { name: string; account: Account | undefined }) {
  if (account === undefined) {
    return name;
  }
  const owner = account.permissions.includes("view_all_tasks") ? null : account.username;
  const filter = { ...noFilter, owner, queue: name, statuses: ["pending", "running"] as const };
  return (
    <Link to="/tasks" search={writeAddress(filter, account.username)} title={queueText.tasksOf(name)}>
      {name}
    </Link>
  );
}

function State({ isPaused }: { isPaused: boolean }) {
  const state = isPaused ? "paused" : "open";
  return (
    <span className={badge.badge} data-state={state} title={queueText.stateMeanings[state]}>
      {isPaused ? <icons.SuspendedIcon /> : <icons.CompletedIcon />}
      {queueText.states[state]}
    </span>
  );
}

function SlotsBar({ queue: { name, running, slots } }: { queue: Queue }) {
  const most = slots ?? 0;
  return (
    <Bar value={Math.min(running, most)} max={most} label={queueText.slotsOf(name)} className={classes.slots ?? ""}>
      {queueText.slotsUsed(running, most)}
    </Bar>
  );
}

function Waiting({ queue: { pending, delayed, oldest_since: since } }: { queue: Queue }) {
  return (
    <>
      {formatCount(pending - delayed)}
      {since !== null && (
        <span className={classes.dim}>
          , {queueText.oldest} <Ago at={since} />
        </span>
      )}
      {delayed > 0 && (
        <>
          , <span className={classes.dim}>{queueText.delayed(delayed)}</span>
        </>
      )}
    </>
  );
}

function Nodes({ names }: { names: readonly string[] }) {
  if (names.length === 0) {
    return <span className={classes.dim}>{queueText.noNode}</span>;
  }
  const more = names.length - namedNodes;
  return (
    <>
      {names.slice(0, namedNodes).join(", ")}
      {more > 0 && <span className={classes.dim}> {queueText.moreNodes(more)}</span>}
    </>
  );
}

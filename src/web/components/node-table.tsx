import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Account, Node } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { nodesQuery } from "../api/node-queries.ts";
import { nodeText } from "../node-text.ts";
import { permissionRefusal } from "../task/permitted.ts";
import { text } from "../text.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Bar } from "../ui/progress-bar.tsx";
import { TableHead } from "../ui/table-head.tsx";
import { Ago } from "../ui/times.tsx";
import type { NodeQuestion } from "./node-question.tsx";
import { NodeStateBadge } from "./node-state-badge.tsx";
import classes from "./node-table.module.css";

const words = nodeText.columns;
const columns = [
  words.name,
  words.state,
  words.slots,
  words.runs,
  words.labels,
  words.queues,
  words.version,
  words.seen,
] as const;
/** As many tasks of a node are named; the others are counted. */
const namedTasks = 4;

type Asking = { account: Account | undefined; onAsk: (question: NodeQuestion) => void };

/** One row per node; on a phone each is a block of its own. */
export function NodeTable({ nodes, ...asking }: Asking & { nodes: readonly Node[] }) {
  return (
    <table className={classes.table} aria-label={nodeText.nodes}>
      <TableHead columns={columns} actions={words.actions} />
      <tbody>
        {nodes.map((node) => (
          <NodeRow key={node.id} node={node} {...asking} />
        ))}
      </tbody>
    </table>
  );
}

function NodeRow({ node, account, onAsk }: Asking & { node: Node }) {
  return (
    <tr>
      <th scope="row" className={classes.name} title={node.host}>
        {node.name}
      </th>
      <td className={classes.state}>
        <NodeStateBadge node={node} />
      </td>
      <td data-label={words.slots}>
        <SlotsBar node={node} />
      </td>
      <td data-label={words.runs}>
        <Tasks node={node} />
      </td>
      <td data-label={words.labels} className={classes.words}>
        {node.labels.join(", ") || <span className={classes.dim}>{text.common.none}</span>}
      </td>
      <td data-label={words.queues} className={classes.words}>
        {node.lanes?.join(", ") ?? nodeText.allQueues}
      </td>
      <td data-label={words.version} className={classes.dim}>
        {node.version}
      </td>
      <td data-label={words.seen} className={classes.dim}>
        <Ago at={node.seen_at} />
      </td>
      <td className={classes.actions}>
        <Actions node={node} account={account} onAsk={onAsk} />
      </td>
    </tr>
  );
}

function SlotsBar({ node: { name, running, slots } }: { node: Node }) {
  return (
    <Bar
      value={Math.min(running, slots)}
      max={Math.max(slots, 1)}
      label={nodeText.slotsOf(name)}
      className={classes.slots ?? ""}
    >
      {nodeText.slotsUsed(running, slots)}
    </Bar>
  );
}

function Tasks({ node }: { node: Node }) {
  const shown = node.tasks.slice(0, namedTasks);
  const more = node.tasks.length - shown.length;
  const others = node.running - node.tasks.length;
  if (node.running === 0) {
    return <span className={classes.dim}>{text.common.none}</span>;
  }
  return (
    <span className={classes.tasks}>
      {shown.map((id) => (
        <Link key={id} to="/tasks/$taskId" params={{ taskId: String(id) }}>
          #{id}
        </Link>
      ))}
      {more > 0 && <span className={classes.dim}>{nodeText.more(more)}</span>}
      {others > 0 && <span className={classes.dim}>{nodeText.others(others)}</span>}
    </span>
  );
}

function Actions({ node, account, onAsk }: Asking & { node: Node }) {
  const queries = useQueryClient();
  const resume = useMutation({
    mutationFn: () => client.call(contract.resumeNode, { params: { id: node.id } }),
    onSuccess: async (answer) => {
      notifications.show({ message: nodeText.resumed(answer.name) });
      await queries.invalidateQueries({ queryKey: nodesQuery.queryKey });
    },
    onError: (error) => notifications.show({ color: "red", message: errorText(error), autoClose: false }),
  });
  const refusal = permissionRefusal("manage_nodes", account);
  const button = (what: string, onClick: () => void) => (
    <ActionButton size="compact-xs" variant="default" refusal={refusal} onClick={onClick}>
      {what}
      <span className="visually-hidden"> {node.name}</span>
    </ActionButton>
  );
  const isSilent = node.state === "silent";
  return (
    <>
      {node.draining && button(nodeText.resume, () => resume.mutate())}
      {!node.draining && !isSilent && button(nodeText.drain, () => onAsk({ what: "drain", node }))}
      {isSilent && button(nodeText.forget, () => onAsk({ what: "forget", node }))}
    </>
  );
}

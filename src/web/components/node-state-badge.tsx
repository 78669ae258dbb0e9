import type { Node, NodeState } from "../../contract/index.ts";
import { nodeText } from "../node-text.ts";
import * as icons from "../ui/icons.tsx";
import classes from "./node-state-badge.module.css";

type NodeStateBadgeProps = { node: Pick<Node, "state"> & Partial<Pick<Node, "draining">> };

/** A node's state as icon, word and colour. */
export function NodeStateBadge({ node: { state, draining = false } }: NodeStateBadgeProps) {
  return (
    <span className={classes.badge} data-state={state} title={nodeText.stateMeanings[state]}>
      <StateIcon state={state} />
      {nodeText.states[state]}
      {state === "silent" && draining && `, ${nodeText.alsoDraining}`}
    </span>
  );
}

function StateIcon({ state }: { state: NodeState }) {
  switch (state) {
    case "alive":
      return <icons.CompletedIcon />;
    case "draining":
      return <icons.SuspendedIcon />;
    case "stopping":
      return <icons.EndIcon />;
    case "silent":
      return <icons.FailedIcon />;
  }
}

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Node } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { nodesQuery } from "../api/node-queries.ts";
import { nodeText } from "../node-text.ts";
import { text } from "../text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import classes from "./kill-dialog.module.css";

export type NodeQuestion = { what: "drain" | "forget"; node: Node };

/** Asks before a node is drained or forgotten, and says what that means for what runs there. */
export function NodeQuestionDialog({ question, onClose }: { question: NodeQuestion; onClose: () => void }) {
  const { what, node } = question;
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: async () => {
      const call = { params: { id: node.id } };
      await (what === "drain" ? client.call(contract.drainNode, call) : client.call(contract.forgetNode, call));
      await queries.invalidateQueries({ queryKey: nodesQuery.queryKey });
    },
    onSuccess: onClose,
  });
  const isDrain = what === "drain";
  return (
    <Dialog title={isDrain ? nodeText.drainTitle(node.name) : nodeText.forgetTitle(node.name)} onClose={onClose}>
      <div className={classes.question}>
        <p>{isDrain ? nodeText.drainExplain(node.running) : nodeText.forgetExplain(node.running)}</p>
        {act.error !== null && <ErrorNote message={errorText(act.error)} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {text.common.cancel}
          </Button>
          <Button
            {...(isDrain ? {} : { color: "red" })}
            onClick={() => act.mutate()}
            loading={act.isPending}
            data-autofocus
          >
            {isDrain ? nodeText.drain : nodeText.forget}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

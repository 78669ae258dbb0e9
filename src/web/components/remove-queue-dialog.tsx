import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Queue } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { queuesQuery } from "../api/queue-queries.ts";
import { queueText } from "../queue-text.ts";
import { text } from "../text.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import classes from "./kill-dialog.module.css";

/** Asks before a queue is removed. */
export function RemoveQueueDialog({ queue: { name }, onClose }: { queue: Queue; onClose: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      await client.call(contract.removeQueue, { params: { name } });
      await queries.invalidateQueries({ queryKey: queuesQuery.queryKey });
    },
    onSuccess: onClose,
  });
  return (
    <Dialog title={queueText.removeTitle(name)} onClose={onClose}>
      <div className={classes.question}>
        <p>{queueText.removeExplain}</p>
        {remove.error !== null && <ErrorNote message={errorText(remove.error)} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {text.common.cancel}
          </Button>
          <Button color="red" onClick={() => remove.mutate()} loading={remove.isPending} data-autofocus>
            {queueText.remove}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

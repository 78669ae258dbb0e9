import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Account, defaultQueueName, type Queue } from "../../contract/index.ts";
import { client, contract } from "../api/client.ts";
import { errorText } from "../api/error-text.ts";
import { queuesQuery } from "../api/queue-queries.ts";
import { queueText } from "../queue-text.ts";
import { permissionRefusal } from "../task/permitted.ts";
import { ActionButton } from "../ui/action-button.tsx";
import type { QueueQuestion } from "./queue-section.tsx";

type QueueActionsProps = { queue: Queue; account: Account | undefined; onAsk: (question: QueueQuestion) => void };

/** Pausing, bounding and removing a queue, or why not. */
export function QueueActions({ queue, account, onAsk }: QueueActionsProps) {
  const { name, paused } = queue;
  const queries = useQueryClient();
  const turn = useMutation({
    mutationFn: () => client.call(contract.updateQueue, { params: { name }, body: { paused: !paused } }),
    onSuccess: async (answer) => {
      notifications.show({ message: answer.paused ? queueText.paused(name) : queueText.resumed(name) });
      await queries.invalidateQueries({ queryKey: queuesQuery.queryKey });
    },
    onError: (error) => notifications.show({ color: "red", message: errorText(error), autoClose: false }),
  });
  const refusal = permissionRefusal("manage_queues", account);
  const button = (what: string, why: string | null, onClick: () => void) => (
    <ActionButton size="compact-xs" variant="default" refusal={why} onClick={onClick}>
      {what}
      <span className="visually-hidden"> {name}</span>
    </ActionButton>
  );
  return (
    <>
      {button(paused ? queueText.resume : queueText.pause, refusal, () => turn.mutate())}
      {button(queueText.slots, refusal, () => onAsk({ what: "slots", queue }))}
      {button(queueText.remove, refusal ?? removalRefusal(queue), () => onAsk({ what: "remove", queue }))}
    </>
  );
}

function removalRefusal({ name, running, pending }: Queue): string | null {
  if (name === defaultQueueName) {
    return queueText.cannotRemoveDefault;
  }
  const notOver = running + pending;
  return notOver === 0 ? null : queueText.cannotRemoveUsed(notOver);
}

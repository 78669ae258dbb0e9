import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Account, Queue } from "../../contract/index.ts";
import { errorText } from "../api/error-text.ts";
import { queuesQuery } from "../api/queue-queries.ts";
import { queueText } from "../queue-text.ts";
import { permissionRefusal } from "../task/permitted.ts";
import { text } from "../text.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { ErrorNote } from "../ui/error-note.tsx";
import { QueueDialog } from "./queue-dialog.tsx";
import classes from "./queue-section.module.css";
import { QueueTable } from "./queue-table.tsx";
import { RemoveQueueDialog } from "./remove-queue-dialog.tsx";

export type QueueQuestion = { what: "slots" | "remove"; queue: Queue };

/** The queues that tasks wait in, and, for operators and admins, making, bounding, pausing and removing them. */
export function QueueSection({ account }: { account: Account | undefined }) {
  const queues = useQuery(queuesQuery);
  const [isMaking, setMaking] = useState(false);
  const [question, ask] = useState<QueueQuestion | null>(null);
  return (
    <section className={classes.section} aria-labelledby="queues-title">
      <div className={classes.head}>
        <h2 id="queues-title" className={classes.title}>
          {queueText.title}
        </h2>
        <ActionButton
          size="compact-sm"
          variant="default"
          refusal={permissionRefusal("manage_queues", account)}
          onClick={() => setMaking(true)}
        >
          {queueText.make}
        </ActionButton>
      </div>
      <p className={classes.dim}>{queueText.about}</p>
      {queues.error !== null && <ErrorNote message={errorText(queues.error)} onRetry={() => void queues.refetch()} />}
      {queues.isPending && queues.error === null && <p className={classes.dim}>{text.common.loading}</p>}
      {queues.data !== undefined && <QueueTable queues={queues.data} account={account} onAsk={ask} />}
      {isMaking && <QueueDialog queue={null} onClose={() => setMaking(false)} />}
      {question?.what === "slots" && <QueueDialog queue={question.queue} onClose={() => ask(null)} />}
      {question?.what === "remove" && <RemoveQueueDialog queue={question.queue} onClose={() => ask(null)} />}
    </section>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../api/account-queries.ts";
import { errorText } from "../api/error-text.ts";
import { nodesQuery } from "../api/node-queries.ts";
import { DocumentTitle } from "../components/document-title.tsx";
import { type NodeQuestion, NodeQuestionDialog } from "../components/node-question.tsx";
import { NodeTable } from "../components/node-table.tsx";
import { QueueSection } from "../components/queue-section.tsx";
import { nodeText } from "../node-text.ts";
import { text } from "../text.ts";
import { ErrorNote } from "../ui/error-note.tsx";
import page from "../ui/page-body.module.css";
import { PageHeader } from "../ui/page-header.tsx";

/** The machines that run tasks and the queues tasks wait in: what they are, what runs there, and, for some, changing it. */
export function NodesPage() {
  const nodes = useQuery(nodesQuery);
  const { data: me } = useQuery(meQuery);
  const [question, ask] = useState<NodeQuestion | null>(null);
  const living = nodes.data?.filter((node) => node.state !== "silent") ?? [];
  const running = living.reduce((sum, node) => sum + node.running, 0);
  const slots = living.reduce((sum, node) => sum + node.slots, 0);
  return (
    <>
      <DocumentTitle page={nodeText.title} />
      <PageHeader title={nodeText.title} context={nodes.data && nodeText.context(nodes.data.length, running, slots)} />
      <div className={page.body}>
        {nodes.error !== null && <ErrorNote message={errorText(nodes.error)} onRetry={() => void nodes.refetch()} />}
        {nodes.isPending && nodes.error === null && <p className={page.dim}>{text.common.loading}</p>}
        {nodes.data?.length === 0 && <p className={page.dim}>{nodeText.none}</p>}
        {nodes.data !== undefined && nodes.data.length > 0 && <NodeTable nodes={nodes.data} account={me} onAsk={ask} />}
        <QueueSection account={me} />
      </div>
      {question !== null && <NodeQuestionDialog question={question} onClose={() => ask(null)} />}
    </>
  );
}

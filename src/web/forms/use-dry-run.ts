import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ApiFailure } from "../../client/client.ts";
import type { DryRun } from "../../contract/index.ts";
import { dryRunRerun, dryRunTask } from "../api/create-task.ts";
import type { RerunSource } from "./rerun-source.ts";
import { sendableOf } from "./sendable.ts";
import { hasProgram, type TaskDraft } from "./task-draft.ts";

const typingPauseMs = 400;
/** Nodes come and go, and others submit, while somebody types. */
const renewMs = 15_000;

/** The newest answer about the draft: what would be done, or why it is refused. Both null: not asked, or no answer. */
export type Foreseen = { trial: DryRun | null; refusal: ApiFailure | null };
const nothing: Foreseen = { trial: null, refusal: null };

/**
 * Asks the server what submitting the draft would do, once typing pauses; an older question still under way is aborted.
 * The last answer stays until the next is there. Of lines that are a task each, the first one is tried.
 */
export function useDryRun(draft: TaskDraft, rerun: RerunSource | null, isAllowed: boolean): Foreseen {
  const [settled] = useDebouncedValue(draft, typingPauseMs);
  const question = useMemo(() => questionOf(settled, rerun), [settled, rerun]);
  const { data, isError } = useQuery({
    queryKey: ["dry-run", question],
    enabled: isAllowed && question !== null,
    queryFn: ({ signal }) => ask(question as Question, signal),
    placeholderData: keepPreviousData,
    refetchInterval: renewMs,
    gcTime: renewMs,
    retry: false,
  });
  return question === null || isError ? nothing : (data ?? nothing);
}

type Question =
  | { id: null; order: Parameters<typeof dryRunTask>[0] }
  | { id: number; edit: Parameters<typeof dryRunRerun>[1] };

/** Null for a draft that cannot be read, or says nothing yet. */
function questionOf(draft: TaskDraft, rerun: RerunSource | null): Question | null {
  if (!hasProgram(draft) && draft.name.trim() === "") {
    return null;
  }
  const prepared = sendableOf(draft, rerun);
  if (!("sendable" in prepared)) {
    return null;
  }
  const { sendable } = prepared;
  switch (sendable.kind) {
    case "order":
      return { id: null, order: sendable.order };
    case "rerun":
      return { id: sendable.id, edit: sendable.edit };
    case "lines":
      return { id: null, order: { ...sendable.common, command: sendable.lines[0]?.command } };
  }
}

async function ask(question: Question, signal: AbortSignal): Promise<Foreseen> {
  try {
    const asked =
      question.id === null ? dryRunTask(question.order, signal) : dryRunRerun(question.id, question.edit, signal);
    return { trial: await asked, refusal: null };
  } catch (error) {
    if (error instanceof ApiFailure && error.status < 500) {
      return { trial: null, refusal: error };
    }
    throw error;
  }
}

import { formText } from "../form-text.ts";
import { commandLines, mostLines } from "./command-lines.ts";
import type { FieldProblems } from "./field-reader.ts";
import type { RerunSource } from "./rerun-source.ts";
import { readDraft, readEdit, type TaskDraft } from "./task-draft.ts";
import type { Sendable } from "./use-submission.ts";

/** What would be sent of a draft, or what only the form can find wrong with it. */
export function sendableOf(
  draft: TaskDraft,
  rerun: RerunSource | null,
): { sendable: Sendable } | { errors: FieldProblems } {
  if (rerun !== null) {
    const read = readEdit(draft, rerun.original);
    return read.ok ? { sendable: { kind: "rerun", id: rerun.task.id, edit: read.value } } : read;
  }
  const lines = draft.kind === "command" && draft.isEachLine ? commandLines(draft.command).lines : [];
  if (lines.length < 2) {
    const read = readDraft(draft);
    return read.ok ? { sendable: { kind: "order", order: read.value } } : read;
  }
  // Each task is called after its own command.
  const read = readDraft({ ...draft, name: "" });
  if (lines.length > mostLines) {
    return {
      errors: { ...(read.ok ? {} : read.errors), command: formText.lines.tooManyToSend(lines.length, mostLines) },
    };
  }
  return read.ok ? { sendable: { kind: "lines", common: read.value, lines } } : read;
}

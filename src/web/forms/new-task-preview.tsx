import { formText } from "../form-text.ts";
import { text } from "../text.ts";
import { formatDuration } from "../ui/durations.ts";
import { formatBytes } from "../ui/sizes.ts";
import { parseDurationText } from "./duration-text.ts";
import classes from "./new-task-form.module.css";
import { parseSizeText } from "./size-text.ts";
import { hasProgram, type TaskDraft } from "./task-draft.ts";

/** One line that says what will happen. */
export function NewTaskPreview({ draft, sleepSeconds }: { draft: TaskDraft; sleepSeconds: number | undefined }) {
  return <p className={classes.preview}>{previewOf(draft, sleepSeconds)}</p>;
}

function previewOf(draft: TaskDraft, sleepSeconds: number | undefined): string {
  if (!hasProgram(draft)) {
    return sleepSeconds === undefined ? "" : text.newTask.previewDemonstration(sleepSeconds);
  }
  const directory = draft.cwd.trim();
  const where = directory === "" ? text.newTask.inDefaultDirectory : text.newTask.inDirectory(directory);
  const seconds = parseDurationText(draft.timeout);
  const limit = seconds ? text.newTask.atMost(formatDuration(seconds * 1000)) : text.newTask.noLimit;
  return text.newTask.previewProgram(where, [limit, ...policyWords(draft)].join(", "));
}

/** What bounds it besides the time, as far as it can be read already. */
function policyWords(draft: TaskDraft): string[] {
  const memory = parseSizeText(draft.memory);
  const attempts = Number(draft.attempts);
  return [
    ...(memory ? [formText.preview.memory(formatBytes(memory))] : []),
    ...(attempts > 1 ? [formText.preview.attempts(attempts)] : []),
    ...(draft.sandbox === "strict" ? [formText.preview.sandbox] : []),
    ...(draft.node.trim() === "" ? [] : [formText.preview.node(draft.node.trim())]),
    ...(draft.labels.trim() === "" ? [] : [formText.preview.labels(draft.labels.trim())]),
  ];
}

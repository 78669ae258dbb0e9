import type { DryRun } from "../../contract/index.ts";
import { formText } from "../form-text.ts";
import { formatDuration, withLocalTimes } from "../ui/durations.ts";
import { formatBytes } from "../ui/sizes.ts";
import { parseDurationText } from "./duration-text.ts";
import { parseSizeText } from "./size-text.ts";
import { hasProgram, type TaskDraft } from "./task-draft.ts";

const words = formText.preview;

/** What the server says it would do, in a sentence or two. `count` is how many tasks it would be. */
export function previewOfTrial(trial: DryRun, count: number): string {
  const { waits } = trial.placement;
  const wait = waits === null ? "" : ` ${trial.run_at === null ? words.waits(waits) : withLocalTimes(waits)}`;
  if (trial.program === "demonstration") {
    return words.demonstration(Number(trial.argv[1])) + wait;
  }
  const start = [trial.user === null ? words.asNodesUser : words.asUser(trial.user), directoryWords(trial)].join(" ");
  const memory = trial.limits?.memory_bytes ?? null;
  const attempts = trial.retry?.attempts ?? 1;
  const parts = [
    start,
    trial.timeout_seconds === null ? words.noLimit : words.atMost(formatDuration(trial.timeout_seconds * 1000)),
    memory === null ? null : words.memory(formatBytes(memory)),
    attempts > 1 ? words.attempts(attempts) : null,
    trial.sandbox === "strict" ? words.sandbox : null,
    placeWords(trial),
  ];
  const sentence = parts.filter((part) => part !== null).join(", ");
  return (count > 1 ? words.eachRuns(count, sentence) : words.runs(sentence)) + wait;
}

function directoryWords({ cwd }: DryRun): string {
  return cwd === null ? words.inHome : words.inDirectory(cwd);
}

/** Null when nothing is alive to take it, which is told by itself. */
function placeWords({ requested_node: asked, labels, placement: { nodes } }: DryRun): string | null {
  if (asked !== null) {
    return words.node(asked);
  }
  const [only] = nodes;
  if (only === undefined) {
    return labels.length === 0 ? null : words.labels(labels.join(", "));
  }
  return nodes.length === 1 ? words.node(only.name) : words.anyOf(nodes.length);
}

/** The same as far as the page knows by itself: while the server cannot be asked, or has nothing to judge yet. */
export function previewOfDraft(draft: TaskDraft, sleepSeconds: number | undefined): string {
  if (!hasProgram(draft)) {
    return sleepSeconds === undefined ? "" : words.demonstration(sleepSeconds);
  }
  const directory = draft.cwd.trim();
  const seconds = parseDurationText(draft.timeout);
  const memory = parseSizeText(draft.memory);
  const attempts = Number(draft.attempts);
  const parts = [
    directory === "" ? words.inUnknownHome : words.inDirectory(directory),
    seconds ? words.atMost(formatDuration(seconds * 1000)) : words.noLimit,
    memory ? words.memory(formatBytes(memory)) : null,
    attempts > 1 ? words.attempts(attempts) : null,
    draft.sandbox === "strict" ? words.sandbox : null,
    draft.node.trim() === "" ? null : words.node(draft.node.trim()),
    draft.labels.trim() === "" ? null : words.labels(draft.labels.trim()),
  ];
  return words.runs(parts.filter((part) => part !== null).join(", "));
}

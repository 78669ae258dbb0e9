import { quoteForShell, type TaskDetail } from "../../contract/index.ts";
import { formatEnvText } from "./env-text.ts";
import { formatSeconds, policyDraftOf } from "./policy-draft.ts";
import { emptyDraft, type TaskDraft } from "./task-draft.ts";

/** A draft that would run the task again, at once; `defaultGraceSeconds` is what a task gets that names no kill grace. */
export function repeatDraft(task: TaskDetail, defaultGraceSeconds: number | undefined): TaskDraft {
  return {
    ...emptyDraft,
    ...policyDraftOf(task),
    ...programDraft(task),
    name: task.name,
    description: task.description,
    tags: task.tags.join(", "),
    priority: task.priority === 0 ? "" : String(task.priority),
    queue: task.queue === "default" ? "" : task.queue,
    cwd: task.cwd ?? "",
    env: formatEnvText(task.env),
    keepsStdin: task.stdin_bytes > 0,
    timeout: task.timeout_seconds === null ? "" : formatSeconds(task.timeout_seconds),
    grace: task.kill_grace_seconds === defaultGraceSeconds ? "" : formatSeconds(task.kill_grace_seconds),
    node: task.requested_node ?? "",
    labels: task.labels.join(", "),
  };
}

type ProgramDraft = Partial<Pick<TaskDraft, "kind" | "command" | "argv" | "script" | "interpreter">>;

function programDraft({ command, argv, script }: TaskDetail): ProgramDraft {
  if (script !== null) {
    return { kind: "script", script: script.body, interpreter: script.interpreter ?? "" };
  }
  if (argv === null) {
    return { command: command ?? "" };
  }
  // A line is a word: words that hold line ends, or nothing at the end, are shown as a command would have them.
  const isOnePerLine = argv.every((word) => !/[\r\n]/.test(word)) && argv.at(-1) !== "";
  return isOnePerLine ? { kind: "argv", argv: argv.join("\n") } : { command: argv.map(quoteForShell).join(" ") };
}

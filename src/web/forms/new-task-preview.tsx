import { type DryRun, quoteForShell } from "../../contract/index.ts";
import { DetailRow as Row } from "../components/detail-row.tsx";
import { detailsText } from "../details-text.ts";
import { formText } from "../form-text.ts";
import { limitWords, retryWords, setLimits } from "../task/policy-words.ts";
import { taskText } from "../task-text.ts";
import { formatDuration, withLocalTimes } from "../ui/durations.ts";
import { formatBytes } from "../ui/sizes.ts";
import { Moment } from "../ui/times.tsx";
import classes from "./new-task-form.module.css";

const names = detailsText;
const words = formText.trial;
type OpenField = DryRun["open"][number]["field"];

/** All that the server says submitting would do, on demand. Null: there is no answer, for the reason given. */
export function TrialDisclosure({ trial, reason }: { trial: DryRun | null; reason: string }) {
  return (
    <details className={classes.trial}>
      <summary className={classes.summary}>{words.show}</summary>
      {trial === null ? <p className={classes.none}>{reason}</p> : <Trial trial={trial} />}
    </details>
  );
}

function Trial({ trial }: { trial: DryRun }) {
  const open = (field: OpenField) => trial.open.find((entry) => entry.field === field)?.why;
  return (
    <dl className={classes.trialList}>
      <Row name={words.executes} isCode>
        {executed(trial)}
      </Row>
      <Row name={names.name}>{trial.name}</Row>
      <Row name={words.user}>{trial.user ?? open("user")}</Row>
      <Row name={names.cwd} isCode={trial.cwd !== null}>
        {trial.cwd ?? open("cwd")}
      </Row>
      <Row name={words.variables}>{trial.env.join(", ") || words.none}</Row>
      <Row name={words.found}>{trial.env_added?.join(", ") ?? open("env_added")}</Row>
      <Row name={names.stdin}>{trial.stdin_bytes === 0 ? words.none : formatBytes(trial.stdin_bytes)}</Row>
      <TrialBounds trial={trial} />
      <Row name={words.outputKept}>{open("output_kept_bytes") ?? keptOutput(trial)}</Row>
      <Row name={names.queue}>{trial.queue}</Row>
      <Row name={names.priority}>{String(trial.priority)}</Row>
      <Row name={names.tags}>{trial.tags.join(", ")}</Row>
      <Row name={taskText.details.asksFor}>{asked(trial)}</Row>
      <Row name={names.runAt}>{trial.run_at && <Moment at={trial.run_at} />}</Row>
      <Row name={words.nodes}>{nodeLines(trial)}</Row>
      <Row name={words.start}>{startWords(trial)}</Row>
      <Row name={words.open}>{openLines(trial)}</Row>
    </dl>
  );
}

function TrialBounds({ trial: { timeout_seconds: timeout, limits, retry, pty, ...trial } }: { trial: DryRun }) {
  const limited = setLimits(limits).map(({ limit, value }) => limitWords(limit, value));
  const details = taskText.details;
  return (
    <>
      <Row name={names.timeout}>{timeout === null ? words.none : formatDuration(timeout * 1000)}</Row>
      <Row name={names.grace}>{formatDuration(trial.kill_grace_seconds * 1000)}</Row>
      <Row name={details.limits}>{limited.join("\n") || details.noLimits}</Row>
      <Row name={details.retry}>{retry === null ? details.noRetry : retryWords(retry)}</Row>
      <Row name={details.sandbox}>{taskText.sandboxes[trial.sandbox]}</Row>
      <Row name={details.terminal}>
        {pty === null ? details.noTerminal : details.terminalSize(pty.columns, pty.rows)}
      </Row>
      <Row name={details.stderr}>{trial.mark_stderr ? details.marked : details.notMarked}</Row>
      <Row name={details.input}>{trial.takes_input ? details.takesInput : details.noInput}</Row>
    </>
  );
}

function executed({ argv, program, script_bytes: bytes }: DryRun): string {
  const line = argv.map(quoteForShell).join(" ");
  return program === "script" ? `${line} ${words.scriptFile(formatBytes(bytes))}` : line;
}

function keptOutput({ output_kept_bytes: bytes }: DryRun): string {
  return bytes === null ? words.allOutput : words.outputUpTo(formatBytes(bytes));
}

function asked({ requested_node: node, labels }: DryRun): string {
  const parts = [
    ...(node === null ? [] : [taskText.details.asksForNode(node)]),
    ...(labels.length === 0 ? [] : [taskText.details.asksForLabels(labels.join(", "))]),
  ];
  return parts.join(", ");
}

function nodeLines({ placement }: DryRun): string {
  const lines = placement.nodes.map(({ name, slots, free }) => words.node(name, free, slots));
  return lines.join("\n") || words.noNode;
}

function startWords({ placement: { waits, ahead } }: DryRun): string {
  return waits === null ? words.atOnce(ahead) : withLocalTimes(waits);
}

/** What has no row of its own to be said in. */
function openLines({ open }: DryRun): string {
  const elsewhere: readonly OpenField[] = ["user", "cwd", "env_added", "output_kept_bytes"];
  return [...new Set(open.filter(({ field }) => !elsewhere.includes(field)).map(({ why }) => why))].join("\n");
}

import { type DryRun, type OpenField, quoteForShell } from "../../contract/index.ts";
import type { Deps } from "../deps.ts";
import type { Paint } from "./colour.ts";
import { printJson, tableOptions } from "./output.ts";
import { limitsText, markedStderr, retryText } from "./policy.ts";
import { renderFields } from "./table.ts";
import { oneLine } from "./text.ts";
import { formatBytes, formatDuration } from "./time.ts";

/** Prints what a submission would do, for people or as JSON; answers the exit code. */
export function printDryRun(trial: DryRun, { json }: { json?: boolean }, deps: Deps): number {
  if (json === true) {
    printJson(deps, trial);
  } else {
    deps.stdout.write(renderDryRun(trial, tableOptions(deps).paint));
  }
  return 0;
}

/** What a submission would do, a line per field; what only a node decides says so. */
function renderDryRun(trial: DryRun, paint: Paint): string {
  const open = (field: OpenField) => trial.open.find((entry) => entry.field === field)?.why ?? null;
  const kept = trial.output_kept_bytes === null ? "all of it" : formatBytes(trial.output_kept_bytes);
  const fields: [string, string | null][] = [
    ["name", oneLine(trial.name)],
    ["executes", argvText(trial)],
    ["as user", trial.user ?? open("user")],
    ["in directory", trial.cwd === null ? open("cwd") : oneLine(trial.cwd)],
    ["variables", listed(trial.env)],
    ["and finds", trial.env_added === null ? open("env_added") : listed(trial.env_added)],
    ["input", inputText(trial)],
    ["terminal", trial.pty === null ? null : `${trial.pty.columns} × ${trial.pty.rows}`],
    ["stderr", trial.mark_stderr ? markedStderr : null],
    ["time limit", trial.timeout_seconds === null ? "none" : formatDuration(trial.timeout_seconds * 1000)],
    ["kill grace", formatDuration(trial.kill_grace_seconds * 1000)],
    ["limits", limitsText({ limits: trial.limits, limits_in_force: [] }) ?? "none"],
    ["output kept", open("output_kept_bytes") ?? kept],
    ["retry", trial.retry === null ? "none: one attempt" : retryText(trial.retry)],
    ["sandbox", trial.sandbox],
    ["queue", oneLine(trial.queue)],
    ["priority", String(trial.priority)],
    ["tags", listed(trial.tags)],
    ["asks for", asksFor(trial)],
    ["nodes", nodesText(trial)],
    ["start", startText(trial)],
    ["open", openText(trial, ["argv", "limits", "sandbox", "pty", "mark_stderr"])],
  ];
  return renderFields(
    fields.filter((field): field is [string, string] => field[1] !== null),
    paint,
  );
}

/** One word per line would be exact but long: words with blanks are quoted, as one would type them. */
function argvText({ argv, program, script_bytes: bytes }: DryRun): string {
  const words = argv.map(quoteForShell);
  return oneLine(
    program === "script" ? `${words.join(" ")} <a file with the script, ${formatBytes(bytes)}>` : words.join(" "),
  );
}

function listed(words: readonly string[]): string | null {
  return words.length === 0 ? null : oneLine(words.join(", "));
}

function inputText({ stdin_bytes: bytes, takes_input: isOpen }: DryRun): string {
  const given = bytes === 0 ? "none" : formatBytes(bytes);
  return isOpen ? `${given === "none" ? "" : `${given}; `}more can be sent while it runs` : given;
}

/** Null when it may run anywhere. */
function asksFor({ requested_node: node, labels }: DryRun): string | null {
  return listed([...(node === null ? [] : [`node ${node}`]), ...labels.map((label) => `label ${label}`)]);
}

function nodesText({ placement }: DryRun): string {
  const nodes = placement.nodes.map(({ name, slots, free }) => `${oneLine(name)} (${free} of ${slots} slots free)`);
  return nodes.length === 0 ? "none that is alive could run it now" : nodes.join("\n");
}

function startText({ placement: { waits, ahead } }: DryRun): string {
  const others = ahead === 0 ? "" : ` (${ahead} waiting before it)`;
  return waits === null ? `at once${others}` : `${oneLine(waits)}`;
}

function openText({ open }: DryRun, fields: readonly OpenField[]): string | null {
  const sentences = open.filter(({ field }) => fields.includes(field)).map(({ why }) => why);
  return sentences.length === 0 ? null : [...new Set(sentences)].join("\n");
}

import { parseInput } from "../contract/index.ts";
import { UsageError } from "./failure.ts";

type Schema = Parameters<typeof parseInput>[0];

/** The option that a field of a request comes from. */
const optionOf: Readonly<Record<string, string>> = {
  command: "the command",
  argv: "the command",
  stdin: "--stdin-file",
  timeout_seconds: "--timeout",
  tags: "--tag",
  labels: "--label",
  mark_stderr: "--mark-stderr",
  "retry.attempts": "--retry",
  "retry.delay_seconds": "--retry-delay",
  "retry.max_delay_seconds": "--retry-max-delay",
  "limits.memory_bytes": "--memory",
  "limits.cpu_seconds": "--cpu-time",
  "limits.processes": "--max-processes",
  "limits.open_files": "--max-files",
  "limits.nice": "--nice",
  "limits.output_bytes": "--max-output",
};

/** Refuses what the server would refuse, before anything is sent, in the words of the command line. Throws UsageError. */
export function checkBody(schema: Schema, body: unknown): void {
  const parsed = parseInput(schema, body);
  if (parsed.ok) {
    return;
  }
  const lines = Object.entries(parsed.errors).flatMap(([field, messages]) =>
    messages.map((message) => lineOf(field, message)),
  );
  throw new UsageError(lines.join("\n"));
}

function lineOf(field: string, message: string): string {
  const [, inner, text] = /^(\w+)(?:\.\w+)*: (.*)$/s.exec(message) ?? [];
  const option = optionOf[`${field}.${inner}`];
  if (option !== undefined && text !== undefined) {
    return `${option}: ${text}`;
  }
  return field === "non_field_errors" ? message : `${optionOf[field] ?? `--${field}`}: ${message}`;
}

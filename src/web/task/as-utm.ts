import { quoteForShell, type TaskDetail } from "../../contract/index.ts";

/**
 * The submission of a task as a `utm run` command. Standard input is not known any more, and a terminal is as large as the
 * one it is typed into; a script ends with a line break. Null for what that command has no words for: a script with an interpreter of its own, and a
 * program of one word that it would take for a shell line.
 */
export function asUtm(task: TaskDetail): string | null {
  const program = programWords(task);
  if (program === null) {
    return null;
  }
  const { words, heredoc } = program;
  const options = [...factOptions(task), ...retryOptions(task), ...limitOptions(task)];
  const lines = ["utm run", ...options, ...words].join(" \\\n  ");
  return heredoc === null ? lines : `${lines} <<'${heredoc.mark}'\n${heredoc.text}\n${heredoc.mark}`;
}

type ProgramWords = { words: string[]; heredoc: { mark: string; text: string } | null };

function programWords({ command, argv, script }: TaskDetail): ProgramWords | null {
  if (command !== null) {
    return { words: [`--shell -- ${quoteForShell(command)}`], heredoc: null };
  }
  if (script !== null) {
    const mark = freeMark(script.body);
    return script.interpreter === null
      ? { words: ["--script -"], heredoc: { mark, text: script.body.replace(/\n$/, "") } }
      : null;
  }
  if (argv === null) {
    return { words: [], heredoc: null };
  }
  const isTakenForLine = argv.length === 1 && !/^[\w@+:,./-]+$/.test(argv[0] ?? "");
  return isTakenForLine ? null : { words: [`-- ${argv.map(quoteForShell).join(" ")}`], heredoc: null };
}

/** A word that is no line of the text. */
function freeMark(text: string): string {
  let mark = "END";
  while (text.split("\n").includes(mark)) {
    mark += "_";
  }
  return mark;
}

function factOptions(task: TaskDetail): string[] {
  return [
    option("--name", task.name),
    option("--description", task.description || null),
    option("--cwd", task.cwd),
    ...Object.entries(task.env).map(([name, value]) => option("--env", `${name}=${value}`)),
    option("--timeout", seconds(task.timeout_seconds)),
    option("--grace", seconds(task.kill_grace_seconds)),
    option("--at", task.run_at),
    option("--queue", task.queue === "default" ? null : task.queue),
    ...task.tags.map((tag) => option("--tag", tag)),
    option("--node", task.requested_node),
    ...task.labels.map((label) => option("--label", label)),
    option("--priority", task.priority === 0 ? null : String(task.priority)),
    task.sandbox === "none" ? null : "--sandbox",
    task.pty === null ? null : "--pty",
    task.mark_stderr ? "--mark-stderr" : null,
    task.takes_input && task.pty === null ? "--input" : null,
  ].filter((word) => word !== null);
}

function retryOptions({ retry }: TaskDetail): string[] {
  if (retry === null) {
    return [];
  }
  return [
    option("--retry", String(retry.attempts - 1)),
    option("--retry-delay", seconds(retry.delay_seconds)),
    retry.backoff === "fixed" ? null : option("--retry-backoff", retry.backoff),
    retry.backoff === "fixed" ? null : option("--retry-max-delay", seconds(retry.max_delay_seconds)),
    retry.jitter === 0 ? null : option("--retry-jitter", String(retry.jitter)),
    option("--retry-on", retry.on.join(",")),
  ].filter((word) => word !== null);
}

function limitOptions({ limits }: TaskDetail): string[] {
  const given = {
    "--memory": limits?.memory_bytes,
    "--cpu-time": limits?.cpu_seconds,
    "--max-processes": limits?.processes,
    "--max-files": limits?.open_files,
    "--nice": limits?.nice,
    "--max-output": limits?.output_bytes,
  };
  return Object.entries(given).flatMap(([name, value]) => option(name, value == null ? null : String(value)) ?? []);
}

/** A value that begins like an option must stand in one word with its name. */
function option(name: string, value: string | null): string | null {
  if (value === null) {
    return null;
  }
  return value.startsWith("-") ? `${name}=${quoteForShell(value)}` : `${name} ${quoteForShell(value)}`;
}

function seconds(value: number | null): string | null {
  return value === null ? null : `${value}s`;
}

import type { TaskDetail, TaskSummary } from "../../src/contract/index.ts";

/**
 * Tasks of every kind, each with what must be told of it afterwards. A new kind is a new function in the list below.
 * Every run appends `begun` and, if it comes to its own end, `over` to a file of its task, with O_APPEND: more of them than
 * one is a second run, and the file's times are those of the process's real life.
 */
export type KnownTask = {
  submission: Record<string, unknown>;
  end: Pick<TaskDetail, "outcome" | "exit_code" | "signal">;
  output: string;
  /** The lines its file must have in the end; none when the program is never started. */
  marks: readonly string[];
};

type Marks = { begun: string; over: string };
type Kind = (index: number, marks: Marks) => KnownTask;

const signals = ["TERM", "KILL", "INT", "HUP", "QUIT", "SEGV", "PIPE", "USR1", "ALRM"] as const;

const exited = (code: number): KnownTask["end"] => ({ outcome: "exited", exit_code: code, signal: null });
const signalled = (name: string): KnownTask["end"] => ({ outcome: "signalled", exit_code: null, signal: `SIG${name}` });
const notStarted: KnownTask["end"] = { outcome: "spawn_failed", exit_code: null, signal: null };

/** A command that does this between its marks, and ends with the code. */
function command(marks: Marks, body: string, code: number, output: string): KnownTask {
  const text = `${marks.begun}; ${body}; ${marks.over}; exit ${code}`;
  return { submission: { command: text }, end: exited(code), output, marks: ["begun", "over"] };
}

const kinds: readonly Kind[] = [
  function anyExitCode(index, marks) {
    return command(marks, ":", index % 256, "");
  },
  function anySignal(index, marks) {
    const name = signals[index % signals.length] ?? "TERM";
    const text = `${marks.begun}; echo last words; ${marks.over}; kill -${name} $$; sleep 1000`;
    return {
      submission: { command: text },
      end: signalled(name),
      output: "last words\n",
      marks: ["begun", "over"],
    };
  },
  function exitThatLooksLikeASignal(index, marks) {
    return command(marks, ":", [137, 143, 130, 139, 129][index % 5] ?? 137, "");
  },
  function numberedLines(index, marks) {
    const count = 1 + (index % 3000);
    const lines = Array.from({ length: count }, (_, line) => `${line + 1}\n`).join("");
    return command(marks, `seq 1 ${count}`, 0, lines);
  },
  function noFinalLineEnd(index, marks) {
    return command(marks, `printf 'first\\n%s' "rest ${index}"`, 5, `first\nrest ${index}`);
  },
  function manyBytes(index, marks) {
    const line = `bytes of ${index}\n`;
    const count = 50_000 + index;
    const output = line.repeat(Math.ceil(count / line.length)).slice(0, count);
    return command(marks, `yes 'bytes of ${index}' | head -c ${count}`, 3, output);
  },
  function bothStreams(_index, marks) {
    const body = "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done";
    const output = [1, 2, 3, 4, 5].map((number) => `out ${number}\nerr ${number}\n`).join("");
    return command(marks, body, 4, output);
  },
  function markedStream(index, marks) {
    const count = 1 + (index % 2000);
    const lines = Array.from({ length: count }, (_, line) => `${line + 1}\n`).join("");
    const task = command(marks, `seq 1 ${count} >&2`, index % 256, lines);
    return { ...task, submission: { ...task.submission, mark_stderr: true } };
  },
  function oneSecond(index, marks) {
    const body = "i=0; while [ $i -lt 10 ]; do i=$((i+1)); echo line $i; sleep 0.1; done";
    const output = Array.from({ length: 10 }, (_, line) => `line ${line + 1}\n`).join("");
    return command(marks, body, index % 3, output);
  },
  function children(index, marks) {
    const body = "for i in 1 2 3; do (sleep 0.1; echo child) & done; wait";
    return command(marks, body, index % 200, "child\nchild\nchild\n");
  },
  function childLeftBehind(_index, marks) {
    return command(marks, "sleep 1000 & echo leaving", 6, "leaving\n");
  },
  function becomesAnotherProgram(_index, marks) {
    const submission = { command: `${marks.begun}; ${marks.over}; exec sleep 0.3` };
    return { submission, end: exited(0), output: "", marks: ["begun", "over"] };
  },
  function words(index, marks) {
    const argv = ["sh", "-c", `${marks.begun}; printf '<%s>' "$@"; ${marks.over}; exit 9`, "sh", "a b", "'", "", "é"];
    return {
      submission: { argv: [...argv, String(index)] },
      end: exited(9),
      output: `<a b><'><><é><${index}>`,
      marks: ["begun", "over"],
    };
  },
  function script(index, marks) {
    const body = `#!/bin/sh -e\n${marks.begun}\necho from a script ${index}\n${marks.over}\nfalse\necho not reached\n`;
    return {
      submission: { script: { body } },
      end: exited(1),
      output: `from a script ${index}\n`,
      marks: ["begun", "over"],
    };
  },
  function standardInput(index, marks) {
    const stdin = `input of ${index}\n`.repeat(500);
    const task = command(marks, "cat", 8, stdin);
    return { ...task, submission: { ...task.submission, stdin } };
  },
  function longCommand(index, marks) {
    return command(marks, `: ${"x".repeat(6000)}; echo long`, index % 100, "long\n");
  },
  function timedOut(_index, marks) {
    return {
      submission: { command: `${marks.begun}; echo begun; sleep 1000`, timeout_seconds: 0.4 },
      end: { outcome: "timed_out", exit_code: null, signal: "SIGTERM" },
      output: "begun\n",
      marks: ["begun"],
    };
  },
  function noSuchProgram(index) {
    return { submission: { argv: [`/no/such/program-${index}`] }, end: notStarted, output: "", marks: [] };
  },
  function noSuchDirectory() {
    return { submission: { command: "echo never", cwd: "/no/such/directory" }, end: notStarted, output: "", marks: [] };
  },
];

/** The task with this number; the kinds take turns. `markPath` is the file its runs append to. */
export function knownTask(index: number, markPath: string): KnownTask {
  const make = kinds[index % kinds.length] as Kind;
  const marks = { begun: `echo begun >>${markPath}`, over: `echo over >>${markPath}` };
  const task = make(Math.floor(index / kinds.length) * 7 + index, marks);
  return { ...task, submission: { ...task.submission, name: `${make.name} ${index}` } };
}

/** Holds what was told of a task, its marks and its output to what was known of it. */
export function isAsKnown(
  task: KnownTask,
  told: TaskSummary | undefined,
  marks: readonly string[],
  output: string,
): boolean {
  const { end } = task;
  return (
    told !== undefined &&
    told.outcome === end.outcome &&
    told.exit_code === end.exit_code &&
    told.signal === end.signal &&
    told.attempt === 1 &&
    told.output_bytes === Buffer.byteLength(task.output) &&
    output === task.output &&
    marks.join() === task.marks.join()
  );
}

import { stderrMarksPath } from "../output/stderr-marks.ts";
import type { Program, TaskRow } from "../store/store.ts";
import { interpreterWords } from "../supervise/launcher/words.ts";
import type { AttemptOrder } from "../supervise/order.ts";

/**
 * What an attempt's process finds around it. Its environment is made here from nothing: a search path, a home, a
 * language, what tells it which task it is, and what the task asked for; nothing else of the server's.
 */
export type Surroundings = {
  nodeName: string;
  home: string;
  /** Name of the user tasks run as; null when this machine has none for it. */
  userName: string | null;
  /** Tasks run as another user than the server: its search path is not theirs. */
  isOtherUser: boolean;
  /** The server's own environment, of which only PATH, LANG and TMPDIR are passed on. */
  server: Readonly<Record<string, string | undefined>>;
};

export function attemptKey(task: { id: number; attempt: number }, nonce: string): string {
  return `${task.id}.${task.attempt}.${nonce}`;
}

/** What an order needs to know of a task. */
type OrderedTask = Pick<TaskRow, "id" | "attempt" | "name" | "spec">;

export function orderOf(task: OrderedTask, nonce: string, outputPath: string, around: Surroundings): AttemptOrder {
  const { spec } = task;
  return {
    key: attemptKey(task, nonce),
    program: spec.program,
    cwd: spec.cwd ?? around.home,
    env: { ...baseEnvironment(task, around), ...spec.env },
    stdin: spec.stdin,
    input: spec.input,
    pty: spec.pty,
    stderrMarksPath: spec.markStderr ? stderrMarksPath(outputPath) : null,
    sandbox: spec.sandbox,
    limits: spec.limits,
    outputPath,
  };
}

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function baseEnvironment(task: OrderedTask, around: Surroundings): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: around.isOtherUser ? usualPath : withoutPackageManager(around.server.PATH ?? usualPath),
    HOME: around.home,
    LANG: around.server.LANG ?? "C.UTF-8",
    UTM_TASK_ID: String(task.id),
    UTM_ATTEMPT: String(task.attempt),
    UTM_TASK_NAME: task.name,
    UTM_NODE_NAME: around.nodeName,
  };
  if (around.userName !== null) {
    environment.USER = around.userName;
    environment.LOGNAME = around.userName;
  }
  // Another user may not be able to enter it.
  if (around.server.TMPDIR !== undefined && !around.isOtherUser) {
    // A sandbox has a /tmp of its own; the server's directory is read-only there, or hidden.
    environment.TMPDIR = task.spec.sandbox === "strict" ? "/tmp" : around.server.TMPDIR;
  }
  return environment;
}

/** npm puts its own folders, and with them the server's private runtime, in front of the search path. */
function withoutPackageManager(path: string): string {
  const kept = path.split(":").filter((folder) => folder !== "" && !folder.includes("/node_modules/"));
  return kept.length === 0 ? usualPath : kept.join(":");
}

/** The first word of a program, for the sentence that says it is not there. */
export function programName(program: Program): string {
  switch (program.kind) {
    case "command":
      return "/bin/sh";
    case "argv":
      return program.argv[0] ?? "";
    case "script":
      return interpreterWords(program)[0] ?? "/bin/sh";
    default:
      return program satisfies never;
  }
}

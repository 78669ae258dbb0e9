import { DatabaseSync, StatementSync } from "node:sqlite";
import { Journal } from "../../src/supervise/journal/journal.ts";
import { Launcher } from "../../src/supervise/launcher/launcher.ts";
import { Supervisor } from "../../src/supervise/supervisor.ts";
import { Worker } from "../../src/worker/worker.ts";

/**
 * Loaded into a server before its own modules (`node --import`): the server then kills itself with kill -9 right before or
 * right after one step. The step is in the query of this module's address (see death-point.ts). What the server tries out
 * on the machine before its worker starts does not count.
 */
export type DeathPoint = {
  when: "before" | "after";
} & (
  | { call: keyof typeof owners }
  /** The commit of a transaction in which a statement ran whose SQL has all these parts. */
  | { commitOf: readonly string[] }
  /** The sending of this signal to another process. */
  | { signal: NodeJS.Signals }
);

const owners = {
  "Launcher.start": Launcher.prototype,
  "Supervisor.adopt": Supervisor.prototype,
  "Supervisor.forget": Supervisor.prototype,
  "Supervisor.close": Supervisor.prototype,
  "Journal.remove": Journal.prototype,
};

const point = JSON.parse(new URL(import.meta.url).searchParams.get("point") ?? "") as DeathPoint;
const kill = process.kill.bind(process);

let isWorking = false;
const start = Worker.prototype.start;
Worker.prototype.start = function (this: Worker) {
  isWorking = true;
  return start.call(this);
};

if ("call" in point) {
  wrap(owners[point.call], point.call.split(".")[1] ?? "", () => true);
} else if ("signal" in point) {
  wrap(process, "kill", ([, signal]) => signal === point.signal);
} else {
  watchCommits(point.commitOf);
}

function wrap(owner: object, name: string, isTheStep: (words: unknown[]) => boolean): void {
  const original = Reflect.get(owner, name) as (...words: unknown[]) => unknown;
  Reflect.set(owner, name, function (this: unknown, ...words: unknown[]) {
    if (!isTheStep(words) || !isWorking) {
      return original.apply(this, words);
    }
    if (point.when === "after") {
      original.apply(this, words);
    }
    kill(process.pid, "SIGKILL");
  });
}

function watchCommits(parts: readonly string[]): void {
  let isInside = false;
  for (const name of ["run", "all"] as const) {
    const original = StatementSync.prototype[name] as (...values: unknown[]) => unknown;
    Reflect.set(StatementSync.prototype, name, function (this: StatementSync, ...values: unknown[]) {
      isInside ||= parts.every((part) => this.sourceSQL.includes(part));
      return original.apply(this, values);
    });
  }
  wrap(DatabaseSync.prototype, "exec", ([sql]) => {
    const isTheCommit = sql === "commit" && isInside;
    isInside &&= sql !== "commit" && sql !== "rollback";
    return isTheCommit;
  });
}

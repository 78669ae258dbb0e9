import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract, type TaskDetail } from "../../src/contract/index.ts";
import { findShellsOn, readStat } from "../../src/supervise/processes/proc.ts";
import { dieAt } from "../support/death-point.ts";
import type { DeathPoint } from "../support/die-at.ts";
import { testDirectory } from "../support/directory.ts";
import { linesOf } from "../support/lines-of.ts";
import { hasEnded } from "../support/processes.ts";
import { startServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * The server is killed with kill -9 at each step of a task's life, and started again. Whatever the step: the task ends as
 * was promised, it ran exactly once, and its output is there. One row per step; a new step is a new row.
 */
type Transition = {
  /** What was so when it died. */
  when: string;
  /** Where each life ends, one after the other; the life after the last one goes on. */
  deaths: DeathPoint[];
  /** The life before which the task is let go, counted from 1; the one that goes on when left out. */
  endsInLife?: number;
  /** The launcher is stopped, so that it does not read what it is told. */
  isLauncherStopped?: boolean;
  /** It ignores SIGTERM. */
  isStubborn?: boolean;
  timeoutSeconds?: number;
  /** Somebody orders its end once it runs. */
  isKilled?: boolean;
  end?: Partial<TaskDetail>;
};

const steps = {
  create: ['insert into "tasks"'],
  hand: ['update "tasks"', '"handed_at" = ', '"handed_to" = ? where "id" = ?'],
  claim: ['insert into "attempts"'],
  noteStart: ['update "attempts"', '"pid" = ?', '"started_at" = ?'],
  orderKill: ['update "tasks"', '"kill_requested_at" = coalesce'],
  ending: ['update "attempts"', '"ending" = ?'],
  finish: ['update "attempts"', '"ended_at" = ?'],
} as const;

const before = (step: keyof typeof steps): DeathPoint => ({ when: "before", commitOf: steps[step] });
const after = (step: keyof typeof steps): DeathPoint => ({ when: "after", commitOf: steps[step] });
const beforeSend: DeathPoint = { when: "before", call: "Launcher.start" };
const afterSend: DeathPoint = { when: "after", call: "Launcher.start" };

const byTerm: Partial<TaskDetail> = { status: "killed", outcome: "killed", exit_code: null, signal: "SIGTERM" };
const byKill: Partial<TaskDetail> = { ...byTerm, signal: "SIGKILL" };
const timedOut: Partial<TaskDetail> = { ...byTerm, status: "failed", outcome: "timed_out" };

const transitions: Transition[] = [
  { when: "it was submitted, and nothing is in the record", deaths: [before("create")] },
  { when: "it is in the record, and nobody was answered", deaths: [after("create")] },
  { when: "it was handed over, and not claimed", deaths: [after("hand")] },
  { when: "it is about to be claimed", deaths: [before("claim")] },
  { when: "it was claimed, and not ordered", deaths: [after("claim")] },
  { when: "it is about to be ordered from the launcher", deaths: [beforeSend] },
  { when: "it was ordered, and the launcher lives", deaths: [afterSend] },
  { when: "it was ordered, and not begun", deaths: [afterSend], isLauncherStopped: true },
  { when: "it runs, and that is not in the record", deaths: [before("noteStart")] },
  { when: "it runs, and that is in the record", deaths: [after("noteStart")] },
  { when: "its end is in the journal, and not in the record", deaths: [before("finish")], endsInLife: 1 },
  { when: "its end is in the record, and not told", deaths: [after("finish")], endsInLife: 1 },
  { when: "its end is about to be forgotten", deaths: [{ when: "before", call: "Supervisor.forget" }], endsInLife: 1 },
  { when: "its end is forgotten", deaths: [{ when: "after", call: "Supervisor.forget" }], endsInLife: 1 },

  { when: "it is about to be adopted", deaths: [afterSend, { when: "before", call: "Supervisor.adopt" }] },
  {
    when: "the launcher is settled, and it is not ordered again",
    deaths: [afterSend, beforeSend],
    isLauncherStopped: true,
  },
  { when: "it was ordered again", deaths: [afterSend, afterSend], isLauncherStopped: true },
  { when: "it was claimed, then about to be ordered, then ordered", deaths: [after("claim"), beforeSend, afterSend] },
  { when: "it was adopted, and its end not written", deaths: [after("noteStart"), before("finish")], endsInLife: 2 },
  { when: "it was adopted, and its end written", deaths: [after("noteStart"), after("finish")], endsInLife: 2 },
  {
    when: "its journal is about to be dropped",
    deaths: [after("noteStart"), { when: "before", call: "Journal.remove" }],
    endsInLife: 2,
  },
  {
    when: "its journal was dropped",
    deaths: [after("noteStart"), { when: "after", call: "Journal.remove" }],
    endsInLife: 2,
  },

  { when: "a kill is in the record, and nothing signalled", deaths: [after("orderKill")], isKilled: true, end: byTerm },
  { when: "a kill has begun, and nothing is signalled", deaths: [after("ending")], isKilled: true, end: byTerm },
  {
    when: "the first signal is sent, and not the last",
    deaths: [{ when: "after", signal: "SIGTERM" }],
    isKilled: true,
    isStubborn: true,
    end: byKill,
  },
  {
    when: "the first signal is sent in two lives, and not the last",
    deaths: [
      { when: "after", signal: "SIGTERM" },
      { when: "after", signal: "SIGTERM" },
    ],
    isKilled: true,
    isStubborn: true,
    end: byKill,
  },
  {
    when: "it is frozen, and not killed",
    deaths: [{ when: "before", signal: "SIGKILL" }],
    isKilled: true,
    isStubborn: true,
    end: byKill,
  },
  {
    when: "it was killed, and that is not in the record",
    deaths: [before("finish")],
    isKilled: true,
    isStubborn: true,
    end: byKill,
  },
  {
    when: "its time-out is in the record, and nothing is signalled",
    deaths: [after("ending")],
    timeoutSeconds: 0.3,
    end: timedOut,
  },
  {
    when: "its time-out was signalled",
    deaths: [{ when: "after", signal: "SIGTERM" }],
    timeoutSeconds: 0.3,
    isStubborn: true,
    end: { ...timedOut, signal: "SIGKILL" },
  },
];

const ownEnd: Partial<TaskDetail> = { status: "failed", outcome: "exited", exit_code: 37, signal: null };

for (const transition of transitions) {
  // Each step alone is tried every day; what two deaths in a row leave behind, in the whole form.
  const tags = transition.deaths.length > 1 ? ["whole"] : [];
  it(`keeps its word when killed while ${transition.when}`, { tags }, () => liveThrough(transition));
}

async function liveThrough(transition: Transition): Promise<void> {
  const { deaths, timeoutSeconds = null, isKilled = false, end = ownEnd } = transition;
  const scratch = testDirectory();
  const server = await startServer({ nodeOptions: dieAt(deaths[0] as DeathPoint) });
  const admin = await server.join("admin");
  const ledger = join(scratch, "ledger");
  const submission = {
    command: commandOf(transition, scratch),
    timeout_seconds: timeoutSeconds,
    kill_grace_seconds: 0.3,
  };

  let task: Promise<number> | null = null;
  for (const [index, death] of deaths.entries()) {
    letGo(transition, index + 1, scratch);
    if (index > 0) {
      server.nodeOptions = dieAt(death);
      // It may die before it serves.
      await server.start().catch(() => undefined);
    } else if (transition.isLauncherStopped === true) {
      stopLauncher(server.directory);
    }
    task ??= admin.submitSurely(submission, "the only one");
    if (isKilled && index === 0) {
      await waitFor("it to run", () => linesOf(ledger).length > 0);
      await admin.client.call(contract.killTask, { params: { id: 1 }, body: { signal: "SIGTERM" } }).catch(() => null);
    }
    expect(await server.ended()).toBe("SIGKILL");
  }
  letGo(transition, deaths.length + 1, scratch);
  server.nodeOptions = [];
  await server.start();
  await letLauncherGoOn(server.directory);

  const ended = await admin.waitForEnd((await task) ?? 0);
  expect(ended).toMatchObject({ ...end, attempt: 1 });
  expect(await admin.output(ended.id)).toBe(end === ownEnd ? "begun\nover" : "begun\n");
  const pids = linesOf(ledger);
  expect(pids).toHaveLength(1);
  expect(hasEnded(Number(pids[0]))).toBe(true);
  expect(await admin.client.call(contract.listTasks, { query: {} })).toHaveLength(1);
}

/** Says that it ran, waits until it is let go, and ends in its own way. */
function commandOf({ isStubborn }: Transition, scratch: string): string {
  const trap = isStubborn === true ? "trap '' TERM; " : "";
  const wait = `while [ ! -e ${scratch}/go ]; do sleep 0.02; done`;
  return `${trap}echo $$ >>${scratch}/ledger; echo begun; ${wait}; printf over; exit 37`;
}

function letGo({ endsInLife, deaths, end }: Transition, life: number, scratch: string): void {
  if (end === undefined && life === (endsInLife ?? deaths.length + 1)) {
    writeFileSync(join(scratch, "go"), "");
  }
}

function stopLauncher(directory: string): void {
  const launchers = shellsOfFirstLife(directory);
  expect(launchers).toHaveLength(1);
  process.kill(launchers[0] ?? 0, "SIGSTOP");
}

/** One that is still there now could start what it was told before: a second time. */
async function letLauncherGoOn(directory: string): Promise<void> {
  const stopped = shellsOfFirstLife(directory).filter((pid) => readStat(pid)?.state === "T");
  for (const pid of stopped) {
    process.kill(pid, "SIGCONT");
  }
  if (stopped.length > 0) {
    await waitFor("what it starts to be over", () => shellsOfFirstLife(directory).length === 0);
  }
}

function shellsOfFirstLife(directory: string): number[] {
  return findShellsOn(join(directory, "node", "ctl.1"));
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { CgroupBase } from "../cgroup/base.ts";
import { isAlive, type ProcessStat, readStat } from "../processes/proc.ts";
import { signalProcess } from "../processes/tree.ts";
import { withTrial } from "./supervised.ts";
import { within } from "./survival.ts";
import type { Capability, ProbeMeans } from "./try-out.ts";

/**
 * Does a kill reach everything a task started? Tried on a tree that does what it can to stay: one ignores SIGTERM, one
 * left its session, one its environment too; and the last, a true daemon, gave up its output as well. Only a control group
 * holds that one; where it gets away the probe ends it by its number.
 */
const stay = "while :; do sleep 0.05; done";
const resisting = [
  `sh -c 'echo $$ >ignoring; trap "" TERM; ${stay}' &`,
  `setsid sh -c 'echo $$ >session; ${stay}' &`,
  `setsid env -i PATH="$PATH" sh -c 'echo $$ >environment; ${stay}' &`,
];
const daemon = `(setsid env -i PATH="$PATH" sh -c 'echo $$ >daemon; exec <&- >&- 2>&-; ${stay}' &) &`;
const names = ["ignoring", "session", "environment", "daemon"] as const;

export function probeTreeKill(means: ProbeMeans & { cgroup: CgroupBase | null }): Promise<Capability> {
  return withTrial(means, async (trial) => {
    const { supervisor, ended } = trial.supervise();
    const order = trial.order(`${[...resisting, daemon].join("\n")}\n${stay}`);
    supervisor.start(order);
    const processes = await within(allOf(trial.cwd));
    supervisor.terminate(order.key, { signal: "SIGTERM", graceMs: 200 });
    const ending = await within(ended);
    if (processes === null || ending === null) {
      return { isAvailable: false, how: "", reason: "A tree of five processes did not start, or did not end." };
    }
    const left = names.filter((name) => isAlive(processes[name]));
    for (const name of left) {
      signalProcess(processes[name], "SIGKILL");
    }
    return judge(means.cgroup !== null, left);
  });
}

function judge(hasCgroup: boolean, left: readonly string[]): Capability {
  const how = hasCgroup ? "by control group" : "by looking through all processes";
  if (left.length === 0) {
    return { isAvailable: true, how, reason: null };
  }
  if (left.length === 1 && left[0] === "daemon") {
    const reason =
      "A true daemon (two forks, a session of its own, no environment, no output) gets away. With control groups, or in the sandbox, it does not.";
    return { isAvailable: true, how, reason };
  }
  return { isAvailable: false, how: "", reason: `Not ended: ${left.join(", ")}.` };
}

/** The processes by their names, once all have said their numbers. */
async function allOf(directory: string): Promise<Record<(typeof names)[number], ProcessStat>> {
  for (;;) {
    const found: Partial<Record<(typeof names)[number], ProcessStat>> = {};
    for (const name of names) {
      const stat = readStat(numberIn(join(directory, name)));
      if (stat !== null) {
        found[name] = stat;
      }
    }
    const { ignoring, session, environment, daemon: last } = found;
    if (ignoring !== undefined && session !== undefined && environment !== undefined && last !== undefined) {
      return { ignoring, session, environment, daemon: last };
    }
    await wait(20);
  }
}

function numberIn(path: string): number {
  try {
    return Number(readFileSync(path, "utf8").trim()) || 0;
  } catch {
    return 0;
  }
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { CgroupBase } from "../cgroup/base.ts";
import { withTrial } from "./supervised.ts";
import { type Capability, isProven, type ProbeMeans, provenExit } from "./try-out.ts";

const patienceMs = 10_000;

/** Does a task outlive the server, and is its exit told exactly to the next one? */
export function probeSurvival(means: ProbeMeans & { cgroup: CgroupBase | null }): Promise<Capability> {
  return withTrial(means, async (trial) => {
    const order = trial.order(`while [ ! -e go ]; do sleep 0.02; done; exit ${provenExit}`);
    const first = trial.supervise();
    first.supervisor.start(order);
    const isStarted = await within(first.started.then(() => true));
    // As when the server is gone: nobody holds the launcher's FIFO any more, so the launcher ends, too.
    first.supervisor.close();
    if (isStarted === null) {
      return { isAvailable: false, how: "", reason: "A process could not be started within ten seconds." };
    }
    const second = trial.supervise();
    await second.supervisor.adopt([order]);
    writeFileSync(join(trial.cwd, "go"), "");
    const ending = await within(second.ended);
    if (ending === null) {
      second.supervisor.terminate(order.key, { signal: "SIGKILL", graceMs: 0 });
      return { isAvailable: false, how: "", reason: "The end of an adopted process was not told." };
    }
    return isProven(ending.how)
      ? { isAvailable: true, how: `${means.shell.path} as launcher`, reason: null }
      : { isAvailable: false, how: "", reason: `It exited ${provenExit}, and was told as ${ending.how.kind}.` };
  });
}

/** Null when it takes too long. */
export async function within<T>(promise: Promise<T>): Promise<T | null> {
  const timer = new AbortController();
  const late = wait(patienceMs, null, { signal: timer.signal }).catch(() => null);
  const result = await Promise.race([promise, late]);
  timer.abort();
  return result;
}

import { rmSync } from "node:fs";
import { join } from "node:path";
import type { CgroupBase } from "../cgroup/base.ts";
import type { AttemptEnding } from "../ending.ts";
import { type AttemptOrder, noLimits } from "../order.ts";
import { Supervisor } from "../supervisor.ts";
import { makeTrialDirectory } from "./trial-directory.ts";
import type { ProbeMeans } from "./try-out.ts";

/** One attempt in a directory of its own, for probes that do more to it than wait for its end. */
export type Trial = {
  /** The attempt's working directory, which it may write to. */
  cwd: string;
  order(command: string): AttemptOrder;
  /** A supervisor on the trial's directory: a first one, and later ones as after a restart of the server. */
  supervise(): { supervisor: Supervisor; started: Promise<void>; ended: Promise<AttemptEnding> };
};

/** Removes all of it when the body is done. */
export async function withTrial<T>(
  means: ProbeMeans & { cgroup: CgroupBase | null },
  body: (trial: Trial) => Promise<T>,
): Promise<T> {
  const { directory, cwd } = makeTrialDirectory(means.runAs);
  const supervisors: Supervisor[] = [];
  try {
    return await body({
      cwd,
      order: (command) => ({
        key: `0.0.${directory.slice(-6)}`,
        program: { kind: "command", command },
        cwd,
        env: { PATH: `${means.searchPath}:/usr/sbin:/usr/bin:/sbin:/bin` },
        ...{ stdin: null, input: false, pty: null, stderrMarksPath: null, sandbox: "none", limits: noLimits },
        outputPath: join(directory, "output"),
      }),
      supervise: () => {
        const started = Promise.withResolvers<void>();
        const ended = Promise.withResolvers<AttemptEnding>();
        const supervisor = new Supervisor({
          ...means,
          directory: join(directory, "node"),
          onStarted: () => started.resolve(),
          onEnded: ended.resolve,
          onOrphaned: () => undefined,
          onWarning: () => undefined,
        });
        supervisors.push(supervisor);
        return { supervisor, started: started.promise, ended: ended.promise };
      },
    });
  } finally {
    for (const supervisor of supervisors) {
      supervisor.close();
    }
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

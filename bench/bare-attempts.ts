import { join } from "node:path";
import { findShell } from "../src/supervise/launcher/shell.ts";
import { type AttemptOrder, noLimits } from "../src/supervise/order.ts";
import { Supervisor } from "../src/supervise/supervisor.ts";

/** Attempts through the launcher alone: no database, no HTTP. */
export type BareAttempts = {
  /** An order for it, with its output in the directory. */
  order(key: string, program: AttemptOrder["program"]): AttemptOrder;
  /** Resolves at its end. */
  run(order: AttemptOrder): Promise<void>;
  close(): void;
};

export async function openBareAttempts(directory: string): Promise<BareAttempts> {
  const ended = new Map<string, () => void>();
  const path = process.env.PATH ?? "/usr/bin:/bin";
  const supervisor = new Supervisor({
    directory: join(directory, "launcher"),
    shell: findShell(path),
    runAs: null,
    searchPath: path,
    onStarted: () => undefined,
    onEnded: ({ key }) => {
      supervisor.forget(key);
      ended.get(key)?.();
    },
    onOrphaned: () => undefined,
    onWarning: (message, fields) => console.error(message, fields),
  });
  // The journal's watch does not keep the process alive by itself.
  const alive = setInterval(() => undefined, 1000);
  await supervisor.adopt([]);
  return {
    order: (key, program) => ({
      key,
      program,
      cwd: "/tmp",
      env: { PATH: path, HOME: "/tmp" },
      ...{ stdin: null, input: false, pty: null, stderrMarksPath: null, sandbox: "none", limits: noLimits },
      outputPath: join(directory, `${key}.out`),
    }),
    async run(order) {
      const { promise, resolve } = Promise.withResolvers<void>();
      ended.set(order.key, resolve);
      supervisor.start(order);
      await promise;
      ended.delete(order.key);
    },
    close() {
      supervisor.close();
      clearInterval(alive);
    },
  };
}

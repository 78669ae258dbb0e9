import { join } from "node:path";
import { findShell } from "../src/supervise/launcher/shell.ts";
import { noLimits } from "../src/supervise/order.ts";
import { Supervisor } from "../src/supervise/supervisor.ts";
import { inFlight } from "./figures.ts";

/** The limit: `true` through the launcher alone, no database, no HTTP. Answers the elapsed milliseconds. */
export async function bareLauncher(directory: string, total: number, concurrency: number): Promise<number> {
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
  const elapsedMs = await inFlight(total, concurrency, async (index) => {
    const key = `bench.${index}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    ended.set(key, resolve);
    supervisor.start({
      key,
      program: { kind: "argv", argv: ["true"] },
      cwd: "/tmp",
      env: { PATH: path, HOME: "/tmp" },
      stdin: null,
      input: false,
      pty: null,
      stderrMarksPath: null,
      sandbox: "none",
      limits: noLimits,
      outputPath: join(directory, `${key}.out`),
    });
    await promise;
    ended.delete(key);
  });
  supervisor.close();
  clearInterval(alive);
  return elapsedMs;
}

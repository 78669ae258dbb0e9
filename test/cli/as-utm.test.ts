/** @module-tag whole */
import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import type { TaskDetail } from "../../src/contract/index.ts";
import { asUtm } from "../../src/web/task/as-utm.ts";
import { startWithAnna } from "../support/anna.ts";

const launcher = fileURLToPath(new URL("../../bin/utm.js", import.meta.url));
const inShell = promisify(execFile);

/** What makes two tasks the same order; the rest is when and how each of them ran. */
const ordered = ["name", "description", "command", "argv", "script", "cwd", "env", "timeout_seconds"] as const;
const bounded = ["kill_grace_seconds", "run_at", "queue", "tags", "requested_node", "labels", "priority"] as const;
const policy = ["sandbox", "takes_input", "mark_stderr", "retry", "limits"] as const;

function orderOf(task: TaskDetail): Partial<TaskDetail> {
  return Object.fromEntries([...ordered, ...bounded, ...policy].map((field) => [field, task[field]]));
}

const later = { run_at: "2099-01-01T00:00:00.000Z" };
const cases: [string, Record<string, unknown>][] = [
  ["a command with quotes and lines", { command: "echo 'it''s'; printf '%s\\n' \"$HOME\" -n\ntrue" }],
  ["words, one of them with blanks", { argv: ["/bin/echo", "two words", "$HOME", "-n"] }],
  ["a script that holds the usual mark", { script: { body: "#!/bin/sh\ncat <<END\nhi $HOME\nEND\n" } }],
  [
    "all that bounds it",
    {
      ...{ command: "true", name: "-n 'x'", description: "what it's for", cwd: "/tmp", env: { A: "1 2", B: "--x" } },
      ...{
        timeout_seconds: 90.5,
        kill_grace_seconds: 2,
        tags: ["a", "b"],
        priority: -3,
        input: true,
        mark_stderr: true,
      },
      ...{ node: "far", labels: ["gpu", "big"], limits: { memory_bytes: 5_000_001, nice: -1, cpu_seconds: 7 } },
      retry: { attempts: 4, backoff: "exponential", delay_seconds: 2, max_delay_seconds: 9, jitter: 0.5, on: ["lost"] },
    },
  ],
];

it("the command a page shows for a task submits the same again", async () => {
  const { anna, home, environment } = await startWithAnna();
  const bin = join(home, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "utm"), `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n`);
  await chmod(join(bin, "utm"), 0o755);
  const env = { ...environment, HOME: home, PATH: `${bin}:${process.env.PATH}` };
  for (const [what, given] of cases) {
    const task = await anna.get((await anna.submit({ ...later, ...given })).id);
    const line = asUtm(task)?.replace("utm run", "utm run --detach") ?? "";
    const { stdout } = await inShell("/bin/sh", ["-c", line], { env });
    expect(orderOf(await anna.get(Number(stdout))), what).toEqual(orderOf(task));
  }
});

it("there is none for what the command line has no words for", () => {
  const task = { command: null, argv: ["my program"], script: null } as unknown as TaskDetail;
  expect(asUtm(task)).toBeNull();
  expect(asUtm({ ...task, argv: ["A=b"] })).toBeNull();
  expect(asUtm({ ...task, argv: null, script: { body: "1", interpreter: "python3" } })).toBeNull();
});

import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startWithAnna } from "../support/anna.ts";
import { runCli, startCli } from "../support/cli.ts";

async function startAsAnna() {
  const place = await startWithAnna();
  const { home, environment } = place;
  const utm = (args: string[], input = "") => runCli(args, { home, environment, input });
  return { ...place, utm };
}

it("ends as the task ended", async () => {
  const { utm, home } = await startAsAnna();
  const plainFile = join(home, "plain.txt");
  await writeFile(plainFile, "no program");
  await chmod(plainFile, 0o644);
  const cases: [string[], number, string][] = [
    [["--", "true"], 0, ""],
    [["--", "exit 3"], 3, "failed: "],
    [["--", "kill -SEGV $$"], 139, "SIGSEGV"],
    [["--timeout", "200ms", "--", "sleep", "60"], 124, "Timed out"],
    [["--", "/no/such/program"], 127, "/no/such/program"],
    [["--", plainFile], 126, "not executable"],
    [["--cwd", "/no/such/directory", "--", "true"], 127, "/no/such/directory"],
  ];
  for (const [args, exitCode, reason] of cases) {
    const result = await utm(["run", ...args]);
    expect(result, args.join(" ")).toMatchObject({ exitCode, stdout: "" });
    expect(result.stderr).toContain(reason);
  }
});

it("gives the words to the task as they were typed", { tags: ["whole"] }, async () => {
  const { utm } = await startAsAnna();
  expect((await utm(["run", "--", "printf", "%s|", "a b", "$HOME", "*", ""])).stdout).toBe("a b|$HOME|*||");
  expect((await utm(["run", "--", "echo one; echo two | tr o 0"])).stdout).toBe("one\ntw0\n");
  expect((await utm(["run", "--shell", "--", "echo", "a", "|", "tr", "a", "b"])).stdout).toBe("b\n");
  expect((await utm(["run", "printf", "%s", "--json"])).stdout).toBe("--json");
});

it("hands over input, variables, directory, script, name and tags", async () => {
  const { utm, home, anna } = await startAsAnna();
  const input = await utm(["run", "--stdin-file", "-", "--", "cat"], "Grüße\nzwei");
  expect(input.stdout).toBe("Grüße\nzwei");
  expect((await utm(["run", "--env", "A=1=2", "-e", "TERM", "--", "echo $A $TERM"])).stdout).toBe("1=2 xterm\n");
  expect((await utm(["run", "--cwd", ".", "--", "pwd"])).stdout).toBe(`${home}\n`);

  await writeFile(join(home, "s.sh"), '#!/bin/sh\necho "script $UTM_TASK_NAME"\nexit 6\n');
  const script = await utm(["run", "--script", "s.sh", "--name", "my script"]);
  expect(script).toMatchObject({ exitCode: 6, stdout: "script my script\n" });

  const detached = await utm([
    "run",
    "-d",
    "-t",
    "a",
    "-t",
    "b",
    "--priority",
    "-5",
    "--description",
    "x",
    "--",
    "true",
  ]);
  const id = Number(detached.stdout);
  expect(await anna.get(id)).toMatchObject({ tags: ["a", "b"], priority: -5, description: "x", argv: ["true"] });
});

it("passes binary output through untouched, or prints the task as JSON instead", { tags: ["whole"] }, async () => {
  const { environment, home, utm } = await startAsAnna();
  const running = startCli(["run", "--", "printf '\\000\\377\\200\\n\\r'"], { home, environment });
  await running.end();
  expect([...running.stdoutBytes]).toEqual([0, 255, 128, 10, 13]);

  const result = await utm(["run", "--json", "--", "echo hidden; exit 4"]);
  expect(result.exitCode).toBe(4);
  expect(JSON.parse(result.stdout)).toMatchObject({ status: "failed", exit_code: 4, output_bytes: 7 });
});

it("refuses what makes no sense before anything is submitted", { tags: ["whole"] }, async () => {
  const { utm, anna } = await startAsAnna();
  const cases: [string[], string][] = [
    [[], "Nothing to run"],
    [["--timeout", "soon", "--", "true"], "not a duration"],
    [["--script", "x", "--", "true"], "not both"],
    [["--env", "NOT_SET_HERE", "--", "true"], "no such variable"],
    [["--nonsense"], "unknown option '--nonsense'"],
  ];
  for (const [args, sentence] of cases) {
    const result = await utm(["run", ...args]);
    expect(result, args.join(" ")).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toContain(sentence);
  }
  const binary = await utm(["run", "--script", process.execPath]);
  expect(binary).toMatchObject({ exitCode: 125 });
  expect(binary.stderr).toContain("not UTF-8");
  expect(await (await anna.request("/taskapi/tasks/")).json()).toEqual([]);
});

import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** What a task runs, and what its process finds around it. */
const server = startSharedServer({
  environment: {
    PATH: "/opt/app/node_modules/.bin:/usr/local/bin:/usr/bin:/bin",
    HOME: "/tmp",
    LANG: "C.UTF-8",
    USER: userInfo().username,
    LOGNAME: userInfo().username,
    TMPDIR: "/var/tmp",
    DATABASE_PASSWORD: "a secret of the server",
    NODE_OPTIONS: "--no-warnings",
    UTM_NODE_NAME: "north",
  },
});
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

/** Output and detail of the task once it is over. */
async function run(task: Record<string, unknown>) {
  const { id } = await ada.submit(task);
  const ended = await ada.waitForEnd(id);
  return { ...ended, output: await ada.output(id) };
}

describe("a program", () => {
  it.each([
    { rule: "command: a line for the shell", task: { command: "printf '%s\\n' a b | wc -l" }, output: "2\n" },
    { rule: "command: several lines", task: { command: "x=1\necho $x\necho 2" }, output: "1\n2\n" },
    { rule: "command: both streams, in order", task: { command: "echo 1; echo 2 >&2; echo 3" }, output: "1\n2\n3\n" },
    { rule: "command: text that is no ASCII", task: { command: "echo 'größer 🙂'" }, output: "größer 🙂\n" },
    {
      rule: "argv: no shell reads it",
      task: { argv: ["printf", "%s|", "$HOME", "a b", "", "*"] },
      output: "$HOME|a b||*|",
    },
    { rule: "argv: an absolute path", task: { argv: ["/bin/echo", "it's"] }, output: "it's\n" },
    {
      rule: "script: the #! line decides",
      task: { script: { body: "#!/usr/bin/awk -f\nBEGIN { print 6 * 7 }" } },
      output: "42\n",
    },
    {
      rule: "script: an interpreter by name",
      task: { script: { body: "import sys\nprint(sys.argv[1:])", interpreter: "python3" } },
      output: "[]\n",
    },
    {
      rule: "script: the interpreter wins over #!",
      task: { script: { body: "#!/bin/false\necho won", interpreter: "/bin/sh" } },
      output: "won\n",
    },
    { rule: "script: with neither, the shell", task: { script: { body: "echo $((1 + 1))" } }, output: "2\n" },
    {
      rule: "script: longer than an argument may be",
      task: { script: { body: `: ${"x".repeat(300_000)}\necho long` } },
      output: "long\n",
    },
  ])("$rule", async ({ task, output }) => {
    const ended = await run(task);
    expect(ended).toMatchObject({ status: "completed", exit_code: 0, output });
  });

  it("is shown in the detail as it was given", async () => {
    const script = { body: "echo 1", interpreter: null };
    expect(await ada.submit({ command: "echo 1" })).toMatchObject({ command: "echo 1", argv: null, script: null });
    expect(await ada.submit({ argv: ["echo", "1"] })).toMatchObject({
      command: null,
      argv: ["echo", "1"],
      script: null,
    });
    expect(await ada.submit({ script: { body: "echo 1" } })).toMatchObject({ command: null, argv: null, script });
  });

  it.each([
    { task: { command: "echo   one two three four five six seven" }, name: "echo one two three four five" },
    { task: { argv: ["printf", "%s", "x"] }, name: "printf %s x" },
    { task: { script: { body: "#!/bin/sh\n# why\n\nmake all" } }, name: "make all" },
    { task: { name: "  mine ", command: "true" }, name: "mine" },
  ])("gives a task without a name its first words: $name", async ({ task, name }) => {
    expect(await ada.submit(task)).toMatchObject({ name });
  });

  it.each([
    { json: { command: "true", argv: ["true"] }, field: "non_field_errors" },
    { json: { command: "true", script: { body: "true" } }, field: "non_field_errors" },
    { json: { command: "  \n" }, field: "command" },
    { json: { command: "x".repeat(131_001) }, field: "command" },
    { json: { argv: [] }, field: "argv" },
    { json: { argv: [""] }, field: "argv" },
    { json: { argv: ["echo", 5] }, field: "argv" },
    { json: { script: {} }, field: "script" },
    { json: { script: { body: "" } }, field: "script" },
    { json: { script: "echo" }, field: "script" },
    { json: { command: "true", cwd: "relative/path" }, field: "cwd" },
    { json: { command: "true", env: { "BAD-NAME": "x" } }, field: "env" },
    { json: { command: "true", env: { UTM_TASK_ID: "7" } }, field: "env" },
    { json: { command: "true", env: { A: 5 } }, field: "env" },
    { json: { command: "true", stdin: "x".repeat(2_097_153) }, field: "stdin" },
  ])("is refused when it cannot be right: $field", async ({ json, field }) => {
    const answer = await send(server, "POST", "/taskapi/tasks/", { as: ada, json });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body as object)).toEqual([field]);
  });
});

describe("what its process finds", () => {
  const base = (id: number, name: string) => ({
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: "/tmp",
    LANG: "C.UTF-8",
    USER: userInfo().username,
    LOGNAME: userInfo().username,
    TMPDIR: "/var/tmp",
    UTM_TASK_ID: String(id),
    UTM_ATTEMPT: "1",
    UTM_TASK_NAME: name,
    UTM_NODE_NAME: "north",
    // The mark all its processes are found by.
    UTM_RUN: expect.stringMatching(new RegExp(`^${id}\\.1\\.`)),
    PWD: "/tmp",
  });

  it("is an environment of its own: nothing else of the server's gets in", async () => {
    const ended = await run({ name: "look around", argv: ["env", "-0"] });
    expect(variablesOf(ended.output)).toEqual(base(ended.id, "look around"));
  });

  it("is, with env, what was asked for beside it, any text unchanged", async () => {
    const env = {
      PLAIN: "1",
      EMPTY: "",
      QUOTED: `it's "$HOME" \\ \`x\``,
      LINES: "a\nb\n",
      LANG: "C",
      PATH: "/usr/bin",
    };
    const ended = await run({ name: "more", argv: ["env", "-0"], env });
    expect(variablesOf(ended.output)).toEqual({ ...base(ended.id, "more"), ...env });
    expect(ended.env).toEqual(env);
  });

  it("is a script's environment too, without traces of how it was started", async () => {
    const ended = await run({ name: "s", script: { body: "#!/usr/bin/python3\n__import__('os').system('env -0')" } });
    expect(variablesOf(ended.output)).toEqual(base(ended.id, "s"));
  });

  it("is the directory asked for, else its home", async () => {
    const directory = join(server.directory, "a place with 'quotes'");
    mkdirSync(directory);
    writeFileSync(join(directory, "here"), "found it\n");
    expect(await run({ command: "cat here; pwd", cwd: directory })).toMatchObject({
      output: `found it\n${directory}\n`,
    });
    expect(await run({ command: "pwd" })).toMatchObject({ output: "/tmp\n", cwd: null });
  });

  it.each([
    { given: undefined, output: "" },
    { given: "", output: "" },
    { given: "line\nno end", output: "line\nno end" },
    { given: "ünï 🙂\t\u0001", output: "ünï 🙂\t\u0001" },
    { given: "y".repeat(2_097_152), output: "y".repeat(2_097_152) },
  ])("is its standard input, and then the end of it", async ({ given, output }) => {
    const ended = await run({ command: "cat", stdin: given });
    expect(ended.status).toBe("completed");
    expect(ended.output === output).toBe(true);
    expect(ended.stdin_bytes).toBe(Buffer.byteLength(output));
  });

  it("are no open files of the server's but its standard three", async () => {
    const ended = await run({ argv: ["ls", "/proc/self/fd"] });
    expect(ended.output.trim().split("\n")).toEqual(["0", "1", "2", "3"]);
    const attempts = await ada.client.call(contract.listAttempts, { params: { id: ended.id } });
    expect(attempts).toMatchObject([{ number: 1, node: "north", exit_code: 0, outcome: "exited" }]);
  });
});

/** What `env -0` wrote. SHLVL is no variable of anybody's: each shell counts itself there, bash also on its way out. */
function variablesOf(output: string): Record<string, string> {
  const entries = output.split("\0").filter((entry) => entry !== "" && !entry.startsWith("SHLVL="));
  return Object.fromEntries(entries.map((entry) => [entry.split("=", 1)[0], entry.slice(entry.indexOf("=") + 1)]));
}

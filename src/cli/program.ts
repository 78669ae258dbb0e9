import { Command, CommanderError } from "commander";
import { type Deps, tell } from "./deps.ts";
import { failureCode, systemCode, usageExitCode } from "./failure.ts";
import { ownVersion } from "./version.ts";

type VerbModule = { declare(command: Command, deps: Deps): void };

type Verb = { name: string; group: string; summary: string; load: () => Promise<VerbModule> };

/** Every verb; its module is loaded only when it is the one that was typed, so that `utm ls` starts quickly. */
const verbs: readonly Verb[] = [
  {
    name: "run",
    group: "Tasks:",
    summary: "submit a command, show its output, exit as it did",
    load: () => import("./commands/run.ts"),
  },
  { name: "ls", group: "Tasks:", summary: "list tasks", load: () => import("./commands/ls.ts") },
  { name: "show", group: "Tasks:", summary: "everything about one task", load: () => import("./commands/show.ts") },
  { name: "logs", group: "Tasks:", summary: "the output of a task", load: () => import("./commands/logs.ts") },
  { name: "search", group: "Tasks:", summary: "find lines in the output", load: () => import("./commands/search.ts") },
  { name: "wait", group: "Tasks:", summary: "wait until tasks are over", load: () => import("./commands/wait.ts") },
  { name: "kill", group: "Tasks:", summary: "kill tasks", load: () => import("./commands/kill.ts") },
  {
    name: "suspend",
    group: "Tasks:",
    summary: "stop tasks where they are",
    load: () => import("./commands/suspend.ts"),
  },
  {
    name: "resume",
    group: "Tasks:",
    summary: "let suspended tasks go on",
    load: () => import("./commands/resume.ts"),
  },
  { name: "signal", group: "Tasks:", summary: "send a task a signal", load: () => import("./commands/signal.ts") },
  {
    name: "send",
    group: "Tasks:",
    summary: "write to a task's standard input",
    load: () => import("./commands/send.ts"),
  },
  {
    name: "rerun",
    group: "Tasks:",
    summary: "submit a task once more, changed or not",
    load: () => import("./commands/rerun.ts"),
  },
  { name: "edit", group: "Tasks:", summary: "change name or description", load: () => import("./commands/edit.ts") },
  {
    name: "attempts",
    group: "Looking closer:",
    summary: "the attempts of a task",
    load: () => import("./commands/attempts.ts"),
  },
  {
    name: "events",
    group: "Looking closer:",
    summary: "what happened to a task",
    load: () => import("./commands/events.ts"),
  },
  {
    name: "ps",
    group: "Looking closer:",
    summary: "the processes of a task",
    load: () => import("./commands/ps.ts"),
  },
  {
    name: "usage",
    group: "Looking closer:",
    summary: "processor, memory and disk a task used",
    load: () => import("./commands/usage.ts"),
  },
  { name: "register", group: "Account:", summary: "create an account", load: () => import("./commands/register.ts") },
  { name: "login", group: "Account:", summary: "log in and stay so", load: () => import("./commands/login.ts") },
  { name: "logout", group: "Account:", summary: "log out", load: () => import("./commands/logout.ts") },
  { name: "whoami", group: "Account:", summary: "who am I, and where", load: () => import("./commands/whoami.ts") },
  {
    name: "tokens",
    group: "Account:",
    summary: "tokens for programs, and your logins",
    load: () => import("./commands/tokens.ts"),
  },
  { name: "users", group: "Account:", summary: "accounts of the server", load: () => import("./commands/users.ts") },
  {
    name: "nodes",
    group: "Server:",
    summary: "the machines that run tasks",
    load: () => import("./commands/nodes.ts"),
  },
  {
    name: "queues",
    group: "Server:",
    summary: "the queues that tasks wait in",
    load: () => import("./commands/queues.ts"),
  },
  { name: "serve", group: "Server:", summary: "start the server", load: () => import("./commands/serve.ts") },
  {
    name: "worker",
    group: "Server:",
    summary: "start a node that works for servers elsewhere",
    load: () => import("./commands/worker.ts"),
  },
  {
    name: "db",
    group: "Server:",
    summary: "look at the database, migrate it, copy it into another",
    load: () => import("./commands/db.ts"),
  },
  {
    name: "config",
    group: "Server:",
    summary: "what is configured here, and whence",
    load: () => import("./commands/config.ts"),
  },
  {
    name: "doctor",
    group: "Server:",
    summary: "what this machine can do for tasks, found out by doing it",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "version",
    group: "Server:",
    summary: "versions, here and there",
    load: () => import("./commands/version.ts"),
  },
];

const help = `
Examples:
  utm serve                            start a server on this machine
  utm register                         create an account (the first one is the admin)
  utm run -- make -j8                  submit a task, watch it, exit as it does
  utm run --detach -- ./nightly.sh     submit it and go
  utm ls --status running              what runs now
  utm logs -f 42                       its output, as it comes

The server is found by --server, UTM_SERVER or the login, else http://localhost:8000.
NO_COLOR turns colours off. "utm help VERB" tells more about a verb.
`;

/** Runs one command line and answers with the exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const deps: Deps = {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    finish: (code) => {
      exitCode = code;
    },
  };
  endWithReader(deps);
  try {
    await buildProgram(deps).parseAsync(wordsOf(argv), { from: "user" });
    return exitCode;
  } catch (error) {
    return report(error, deps);
  }
}

function buildProgram(deps: Deps): Command {
  const program = new Command("utm")
    .description("Runs commands in the background on a server, and knows how they ended.")
    .version(ownVersion(), "-V, --version", "print the version of this program")
    .usage("[options] VERB …")
    .helpCommand(false)
    .helpOption("-h, --help", "show help")
    .enablePositionalOptions()
    .option("--server <url>", "address of the server")
    .option("--token <token>", "token to use")
    .addHelpText("after", help)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "utm: ")) });
  for (const { name, group, summary } of verbs) {
    program.command(name).summary(summary).description(capitalized(summary)).helpGroup(group);
  }
  program.hook("preSubcommand", async (_, command) => {
    command.showHelpAfterError(`See "utm ${command.name()} --help".`);
    const verb = verbs.find(({ name }) => name === command.name());
    const loaded = await verb?.load();
    loaded?.declare(command, deps);
  });
  return program.showHelpAfterError('See "utm --help".');
}

/** `utm help ls` is `utm ls --help`: the verb's module has to be loaded before its help is complete. */
function wordsOf(argv: readonly string[]): string[] {
  const [first, second, ...rest] = argv.slice(2);
  if (first !== "help") {
    return argv.slice(2);
  }
  return second === undefined || second.startsWith("-") ? ["--help"] : [second, ...rest, "--help"];
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

async function report(error: unknown, deps: Deps): Promise<number> {
  if (error instanceof CommanderError) {
    // Its message is on standard error already; exit code 0 means that it was help or a version.
    return error.exitCode === 0 ? 0 : usageExitCode;
  }
  // Not before it is needed: it knows the client's errors, and the client takes most of the time a start takes.
  const { explain } = await import("./explain.ts");
  for (const line of explain(error)) {
    tell(deps, line);
  }
  if (deps.env.UTM_DEBUG === "1" && error instanceof Error) {
    deps.stderr.write(`${error.stack}\n`);
  }
  return failureCode(error);
}

const brokenPipeExitCode = 141;

/** When nobody reads our output any more (`utm logs 42 | head`), we end quietly; a task we follow goes on. */
function endWithReader(deps: Deps): void {
  deps.stdout.on("error", (error) => {
    if (systemCode(error) === "EPIPE") {
      process.exit(brokenPipeExitCode);
    }
    tell(deps, `Cannot write the output: ${error.message}.`);
    process.exit(failureCode(error));
  });
  deps.stderr.on("error", () => undefined);
}

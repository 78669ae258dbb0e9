import type { DryRun, RerunEdit, Submission } from "../../contract/index.ts";
import { placementOf } from "../../domain/placement.ts";
import type { Prospect } from "../../services/admission.ts";
import { markerName, terminalEnvironment } from "../../supervise/launcher/snippet.ts";
import { interpreterWords, programWords } from "../../supervise/launcher/words.ts";
import { orderOf } from "../../worker/order.ts";
import type { Actor } from "../access.ts";
import type { Context } from "../context.ts";
import { isoTimeOrNull } from "../present/task.ts";
import { presentLimits, presentRetry } from "../present/task-spec.ts";
import { noQueue, submissionAgain, type WantedTask, wantedTask } from "./submit.ts";

/** What a submission would become: decided by the code that submits, places and starts, and written nowhere. */
export async function dryRunTask(context: Context, actor: Actor, submission: Submission): Promise<DryRun> {
  const task = wantedTask(context, actor, submission);
  const { spec, queue, priority, notBefore } = task;
  if ((await context.store.queues.find({ name: queue })) === null) {
    throw noQueue(queue);
  }
  const ahead = await context.store.tasks.countAhead({ queue, priority });
  const prospect = context.admission.foresee({ queue, notBefore, placement: placementOf(spec) }, ahead);
  const here = isStartedHere(context, task) ? foundHere(context, task) : foundElsewhere(task);
  return {
    name: task.name,
    description: task.description,
    owner: actor.user.username,
    tags: task.tags,
    queue,
    priority,
    run_at: isoTimeOrNull(notBefore),
    ...programOf(task),
    env: Object.keys(spec.env),
    stdin_bytes: spec.stdin === null ? 0 : Buffer.byteLength(spec.stdin),
    takes_input: spec.input || spec.pty !== null,
    pty: spec.pty,
    mark_stderr: spec.markStderr,
    timeout_seconds: spec.timeoutMs === null ? null : spec.timeoutMs / 1000,
    kill_grace_seconds: spec.killGraceMs / 1000,
    limits: presentLimits(spec.limits),
    retry: spec.retry === null ? null : presentRetry(spec.retry),
    sandbox: spec.sandbox,
    requested_node: spec.node,
    labels: spec.labels,
    placement: presentProspect(prospect, ahead),
    ...here.found,
    open: [...here.open, ...openAnywhere(task)],
  };
}

/** The same of a task the actor may see, submitted once more. */
export async function dryRunRerun(context: Context, actor: Actor, id: number, edit: RerunEdit): Promise<DryRun> {
  return dryRunTask(context, actor, await submissionAgain(context, actor, id, edit));
}

function programOf({
  spec: { program },
}: WantedTask): Pick<DryRun, "program" | "argv" | "interpreter" | "script_bytes"> {
  switch (program.kind) {
    case "command":
      return { program: "command", argv: programWords(program, ""), interpreter: "/bin/sh", script_bytes: 0 };
    case "argv": {
      const kind = program.isDemonstration ? "demonstration" : "argv";
      return { program: kind, argv: programWords(program, ""), interpreter: null, script_bytes: 0 };
    }
    case "script": {
      const argv = interpreterWords(program);
      const bytes = Buffer.byteLength(program.body);
      return { program: "script", argv, interpreter: argv.join(" "), script_bytes: bytes };
    }
    default:
      return program satisfies never;
  }
}

function presentProspect({ takers, waits }: Prospect, ahead: number): DryRun["placement"] {
  const nodes = takers.map(({ name, slots, taken }) => ({ name, slots, free: Math.max(0, slots - taken) }));
  return { nodes: nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1)), waits, ahead };
}

/** Without Redis there is this node alone; with it, this one is certain only when the task asks for it. */
function isStartedHere({ config }: Context, { spec }: WantedTask): boolean {
  return config.redisUrl === null || spec.node === config.nodeName;
}

type Found = {
  found: Pick<DryRun, "user" | "cwd" | "env_added" | "output_kept_bytes">;
  open: DryRun["open"];
};

function foundHere({ surroundings, config }: Context, { name, spec }: WantedTask): Found {
  const order = orderOf({ id: 0, attempt: 1, name, spec }, "", "", surroundings);
  const terminal = spec.pty === null ? [] : Object.keys(terminalEnvironment);
  const names = new Set([...Object.keys(order.env), markerName, ...terminal, "PWD"]);
  return {
    found: {
      user: surroundings.userName ?? String(process.getuid?.()),
      cwd: order.cwd,
      env_added: [...names].filter((variable) => !(variable in spec.env)),
      output_kept_bytes: config.outputCapBytes === 0 ? null : config.outputCapBytes,
    },
    open: [],
  };
}

function foundElsewhere({ spec }: WantedTask): Found {
  const open: DryRun["open"] = [
    { field: "user", why: "The node that starts it has a user for tasks (its UTM_RUN_AS, or its own)." },
    { field: "env_added", why: "PATH, HOME, USER and LANG are those of the node that starts it." },
    {
      field: "output_kept_bytes",
      why: "The node that starts it has a cap for what is kept (its UTM_OUTPUT_CAP_BYTES).",
    },
  ];
  if (spec.cwd === null) {
    open.push({ field: "cwd", why: "The home directory of the user it runs as, on the node that starts it." });
  }
  const why = "A node that cannot have it fails the task when it starts it, and never runs it without.";
  if (spec.sandbox === "strict") {
    open.push({ field: "sandbox", why });
  }
  if (spec.pty !== null) {
    open.push({ field: "pty", why });
  }
  if (spec.markStderr) {
    open.push({ field: "mark_stderr", why });
  }
  return { found: { user: null, cwd: spec.cwd, env_added: null, output_kept_bytes: null }, open };
}

/** What is found out at the start, wherever that is. */
function openAnywhere({ spec }: WantedTask): DryRun["open"] {
  const program = {
    field: "argv",
    why: "Whether the program and the directory are there is seen when it starts.",
  } as const;
  const limits = {
    field: "limits",
    why: "How each limit is kept depends on the node, and is said once it runs.",
  } as const;
  return [program, ...(presentLimits(spec.limits) === null ? [] : [limits])];
}

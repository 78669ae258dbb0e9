import type { Command } from "commander";
import { ApiFailure, contract } from "../../client/client.ts";
import type { Queue, QueueChange } from "../../contract/index.ts";
import { orNone, wholeNumberOption } from "../arguments.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import type { Deps } from "../deps.ts";
import { CliFailure } from "../failure.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { renderQueues, sentenceOf } from "../print/queue.ts";

export type QueuesOptions = { json?: boolean };
export type QueueOptions = { name: string; json?: boolean };
export type SlotsOptions = QueueOptions & { slots?: number | "none" };

const help = `
A task waits in the queue it names ("utm run --queue night -- …"), or in "default". A queue with slots
of its own runs no more tasks at once than that; one that is paused starts none, and what runs goes
on. Nodes work for all queues, or for those in UTM_LANES. Making, changing and removing queues is for
operators and admins.

Examples:
  utm queues
  utm queues create night --slots 2
  utm queues set night --slots none    as many as the nodes have
  utm queues pause night
  utm queues resume night
  utm queues remove night              once nothing waits or runs in it
`;

export function declare(command: Command, deps: Deps): void {
  command
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (options: QueuesOptions) => {
      deps.finish(await list(options, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
  const slots = orNone(wholeNumberOption("--slots", 1));
  declareVerb(command, deps, "create", "make a queue", create, (verb) => {
    verb.option("--slots <count|none>", "how many of its tasks may run at once (default: none, no limit)", slots);
  });
  declareVerb(command, deps, "set", "change how many of its tasks may run at once", setSlots, (verb) => {
    verb.requiredOption("--slots <count|none>", "how many, or none for no limit", slots);
  });
  declareVerb(command, deps, "pause", "let none of its tasks start; what runs goes on", pause);
  declareVerb(command, deps, "resume", "let its tasks start again", resume);
  declareVerb(command, deps, "remove", "remove a queue in which nothing waits or runs", remove);
}

function declareVerb(
  parent: Command,
  deps: Deps,
  name: string,
  summary: string,
  act: (options: SlotsOptions, deps: Deps & Connection) => Promise<number>,
  extend: (command: Command) => void = () => {},
): void {
  const command = parent.command(name).description(summary).argument("<name>", "the queue's name");
  extend(command);
  addConnectionOptions(command.option("--json", "print JSON")).action(async (queue: string) => {
    const options = command.optsWithGlobals<Omit<SlotsOptions, "name">>();
    deps.finish(await act({ name: queue, ...options }, { ...deps, ...(await connect(command, deps)) }));
  });
}

/** Lists all queues. */
export async function list(options: QueuesOptions, deps: Deps & Connection): Promise<number> {
  const queues = await deps.client.call(contract.listQueues, {});
  if (options.json === true) {
    printJson(deps, queues);
  } else {
    deps.stdout.write(renderQueues(queues, Date.now(), tableOptions(deps)));
  }
  return 0;
}

/** Makes a queue. */
export async function create(options: SlotsOptions, deps: Deps & Connection): Promise<number> {
  const body = { name: options.name, slots: slotsOf(options) };
  return print(await deps.client.call(contract.createQueue, { body }), options, deps);
}

/** Changes the slots of a queue. */
export async function setSlots(options: SlotsOptions, deps: Deps & Connection): Promise<number> {
  return change(options, { slots: slotsOf(options) }, deps);
}

/** Lets no task of a queue start. */
export async function pause(options: QueueOptions, deps: Deps & Connection): Promise<number> {
  return change(options, { paused: true }, deps);
}

/** Lets the tasks of a paused queue start again. */
export async function resume(options: QueueOptions, deps: Deps & Connection): Promise<number> {
  return change(options, { paused: false }, deps);
}

/** Removes a queue in which nothing waits or runs. */
export async function remove(options: QueueOptions, deps: Deps & Connection): Promise<number> {
  const params = { name: options.name };
  const answer = await named(options.name, deps.client.call(contract.removeQueue, { params }));
  if (options.json === true) {
    printJson(deps, answer);
  } else {
    deps.stdout.write(`${answer.detail}\n`);
  }
  return 0;
}

async function change(options: QueueOptions, body: QueueChange, deps: Deps & Connection): Promise<number> {
  const params = { name: options.name };
  return print(await named(options.name, deps.client.call(contract.updateQueue, { params, body })), options, deps);
}

function slotsOf({ slots }: SlotsOptions): number | null {
  return typeof slots === "number" ? slots : null;
}

async function named<T>(name: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiFailure && error.code === "not_found") {
      throw new CliFailure(`There is no queue "${name}". "utm queues" lists all.`);
    }
    throw error;
  }
}

function print(queue: Queue, options: QueueOptions, deps: Deps): number {
  if (options.json === true) {
    printJson(deps, queue);
  } else {
    deps.stdout.write(`${sentenceOf(queue)}\n`);
  }
  return 0;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { contract } from "../../client/client.ts";
import type { Node } from "../../contract/index.ts";
import { addConnectionOptions, type Connection, connect } from "../connection.ts";
import { type Deps, tell } from "../deps.ts";
import { CliFailure } from "../failure.ts";
import { renderNode, renderNodes } from "../print/node.ts";
import { printJson, tableOptions } from "../print/output.ts";

export type NodesOptions = { json?: boolean };
export type NodeOptions = { name: string; json?: boolean };
export type DrainOptions = NodeOptions & { wait?: boolean };

const help = `
A node is a machine that runs tasks. One that drains takes no more of them, and what runs there goes
on; it drains until it is resumed, also over a restart. Draining, resuming and forgetting is for
admins.

Examples:
  utm nodes
  utm nodes show build-1
  utm nodes drain build-1 --wait && ssh build-1 reboot
  utm nodes resume build-1
  utm nodes forget build-1             a machine that will not come back
`;

const waitStepMs = 500;

export function declare(command: Command, deps: Deps): void {
  command
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (options: NodesOptions) => {
      deps.finish(await list(options, { ...deps, ...(await connect(command, deps)) }));
    });
  addConnectionOptions(command);
  declareVerb(command, deps, "show", "everything about one node", show);
  declareVerb(command, deps, "drain", "let it take no more tasks", drain, (drainCommand) => {
    drainCommand.option("-w, --wait", "wait until nothing runs there any more");
  });
  declareVerb(command, deps, "resume", "let a drained node take tasks again", resume);
  declareVerb(command, deps, "forget", "forget a silent node; what ran there is lost", forget);
}

function declareVerb(
  parent: Command,
  deps: Deps,
  name: string,
  summary: string,
  act: (options: DrainOptions, deps: Deps & Connection) => Promise<number>,
  extend: (command: Command) => void = () => {},
): void {
  const command = parent.command(name).description(summary).argument("<name>", "the node's name");
  extend(command);
  addConnectionOptions(command.option("--json", "print JSON")).action(async (node: string) => {
    const options = command.optsWithGlobals<Omit<DrainOptions, "name">>();
    deps.finish(await act({ name: node, ...options }, { ...deps, ...(await connect(command, deps)) }));
  });
}

/** Lists all nodes. */
export async function list(options: NodesOptions, deps: Deps & Connection): Promise<number> {
  const nodes = await deps.client.call(contract.listNodes, {});
  if (options.json === true) {
    printJson(deps, nodes);
  } else {
    deps.stdout.write(renderNodes(nodes, Date.now(), tableOptions(deps)));
  }
  return 0;
}

/** Prints everything about one node. */
export async function show(options: NodeOptions, deps: Deps & Connection): Promise<number> {
  const node = await find(options.name, deps, (found) => found.state !== "silent");
  if (options.json === true) {
    printJson(deps, node);
  } else {
    deps.stdout.write(renderNode(node, Date.now(), tableOptions(deps).paint));
  }
  return 0;
}

/** Lets a node drain; with `wait`, answers when nothing runs there. */
export async function drain(options: DrainOptions, deps: Deps & Connection): Promise<number> {
  const { id } = await find(options.name, deps, (found) => found.state !== "silent");
  let node = await deps.client.call(contract.drainNode, { params: { id } });
  if (options.wait === true && node.running > 0) {
    tell(deps, `${node.name} is draining. Waiting for ${tasksText(node.running)} to end.`);
  }
  while (options.wait === true && node.running > 0) {
    await sleep(waitStepMs);
    node = await deps.client.call(contract.getNode, { params: { id } });
  }
  return print(node, options, deps);
}

/** Lets a drained node take tasks again. */
export async function resume(options: NodeOptions, deps: Deps & Connection): Promise<number> {
  const { id } = await find(options.name, deps, (found) => found.draining);
  return print(await deps.client.call(contract.resumeNode, { params: { id } }), options, deps);
}

/** Forgets a node that is silent. */
export async function forget(options: NodeOptions, deps: Deps & Connection): Promise<number> {
  const { id } = await find(options.name, deps, (found) => found.state === "silent");
  const answer = await deps.client.call(contract.forgetNode, { params: { id } });
  if (options.json === true) {
    printJson(deps, answer);
  } else {
    deps.stdout.write(`${answer.detail}\n`);
  }
  return 0;
}

/** A machine that was set up anew may have the name of one that is gone: the verb says which one is meant then. */
async function find(name: string, deps: Deps & Connection, isMeant: (node: Node) => boolean): Promise<Node> {
  const nodes = await deps.client.call(contract.listNodes, {});
  const named = nodes.filter((node) => node.name === name);
  const found = named.findLast(isMeant) ?? named.at(-1);
  if (found === undefined) {
    throw new CliFailure(`There is no node "${name}". "utm nodes" lists all.`);
  }
  return found;
}

function print(node: Node, options: NodeOptions, deps: Deps): number {
  if (options.json === true) {
    printJson(deps, node);
  } else {
    const runs = node.running === 0 ? "nothing runs there" : `${tasksText(node.running)} there`;
    deps.stdout.write(`${node.name} is ${node.state}; ${runs}\n`);
  }
  return 0;
}

function tasksText(count: number): string {
  return count === 1 ? "1 running task" : `${count} running tasks`;
}

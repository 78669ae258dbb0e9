import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { createBullmqDispatcher } from "../../src/dispatch/bullmq/bullmq-dispatcher.ts";
import type { Delivery, DeliveryResult, Dispatcher } from "../../src/dispatch/dispatcher.ts";
import type { ConsumerProcessInput } from "./consumer-process.ts";
import { waitFor } from "./wait-for.ts";

const consumerProgram = fileURLToPath(new URL("consumer-process.ts", import.meta.url));

/** A name no other test uses. */
export function newInstallation(): string {
  return randomBytes(6).toString("hex");
}

export type OpenedDispatcher = Dispatcher & { said: string[] };

/** A dispatcher with connections of its own, closed with the test. `said` is what it logged. */
export async function openDispatcher(redisUrl: string, installation: string): Promise<OpenedDispatcher> {
  const said: string[] = [];
  const note = (fields: object, message: string) => void said.push(`${message} ${JSON.stringify(fields)}`);
  const dispatcher = await createBullmqDispatcher({ redisUrl, installation, log: { info: note, warn: note } });
  onTestFinished(() => dispatcher.close());
  return { ...dispatcher, said };
}

/** A delivery to any node of the lane `default`. */
export function delivery(taskId: number, changes: Partial<Delivery> = {}): Delivery {
  return { taskId, attempt: 0, lane: "default", priority: 0, nodeId: null, ...changes };
}

export type TestNode = {
  nodeId: number;
  /** In the order in which they came. */
  taken: Delivery[];
  /** The most that were held at once. */
  most: number;
  /** Ends one that it holds. */
  free(): void;
  freeAll(): void;
};

export type NodeOptions = {
  nodeId?: number;
  slots?: number;
  lanes?: readonly string[];
  /** What it answers; it holds a slot from the delivery on, when that is "claimed". */
  answer?: (delivery: Delivery) => DeliveryResult | Promise<DeliveryResult>;
};

/** Lets the dispatcher deliver to a node that only counts. */
export async function processAt(dispatcher: Dispatcher, options: NodeOptions = {}): Promise<TestNode> {
  const { nodeId = 1, slots = 1, lanes = ["default"], answer = () => "claimed" } = options;
  let held = 0;
  const node: TestNode = {
    nodeId,
    taken: [],
    most: 0,
    free() {
      held -= 1;
      dispatcher.slotFreed();
    },
    freeAll() {
      held = 0;
      dispatcher.slotFreed();
    },
  };
  await dispatcher.process({
    nodeId,
    lanes,
    freeSlots: () => slots - held,
    async deliver(taken) {
      held += 1;
      node.most = Math.max(node.most, held);
      node.taken.push(taken);
      const result = await answer(taken);
      if (result !== "claimed") {
        held -= 1;
      }
      return result;
    },
  });
  return node;
}

export type ConsumerProcess = {
  taken: () => number[];
  kill: () => void;
  endInput: () => void;
  /** Null while it runs. */
  exitCode: () => number | null;
};

/** Starts a node's end of the dispatcher as a process of its own, ended with the test. */
export async function startConsumerProcess(input: ConsumerProcessInput): Promise<ConsumerProcess> {
  const child = spawn(process.execPath, [consumerProgram, JSON.stringify(input)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await waitFor("the process to take deliveries", () => said.includes("ready\n"));
  return {
    taken: () =>
      said
        .split("\n")
        .filter((line) => /^\d+$/.test(line))
        .map(Number),
    kill: () => void child.kill("SIGKILL"),
    endInput: () => void child.stdin.end(),
    exitCode: () => child.exitCode,
  };
}

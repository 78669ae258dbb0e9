import { createBullmqDispatcher } from "../../src/dispatch/bullmq/bullmq-dispatcher.ts";

/**
 * A process that is nothing but a node's end of the dispatcher, to be killed with kill -9 by a test. Its one argument is
 * JSON; it prints the task id of each delivery on a line.
 */
export type ConsumerProcessInput = {
  redisUrl: string;
  installation: string;
  nodeId: number;
  slots: number;
  /**
   * `hang`: takes a delivery and never answers. `claim`: claims it, and is free again at once. `leave`: as that, and closes
   * the dispatcher when its standard input ends; the process then ends by itself, unless something is left open.
   */
  behaviour: "hang" | "claim" | "leave";
};

const input = JSON.parse(process.argv[2] ?? "") as ConsumerProcessInput;
const { redisUrl, installation, nodeId, slots, behaviour } = input;
const dispatcher = await createBullmqDispatcher({
  ...{ redisUrl, installation },
  log: { info: () => {}, warn: () => {} },
});
let held = 0;
await dispatcher.process({
  nodeId,
  lanes: ["default"],
  freeSlots: () => slots - held,
  async deliver(delivery) {
    held += 1;
    process.stdout.write(`${delivery.taskId}\n`);
    if (behaviour === "hang") {
      await new Promise(() => {});
    }
    setImmediate(() => {
      held -= 1;
      dispatcher.slotFreed();
    });
    return "claimed";
  },
});
process.stdout.write("ready\n");
if (behaviour === "leave") {
  process.stdin.resume().once("end", () => void dispatcher.close());
}

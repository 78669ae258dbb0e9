import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import type { SupervisorOptions } from "../../src/supervise/supervision.ts";
import { Supervisor } from "../../src/supervise/supervisor.ts";

/**
 * A process that does nothing but hold a supervisor, to be killed with kill -9 by a test. Its one argument is a file with
 * the supervisor's options and the attempts to start. Each line of its standard input is an order to act on one of them; it
 * ends itself when its standard input ends.
 */
export type SupervisorProcessInput = {
  options: Pick<SupervisorOptions, "directory" | "shell" | "searchPath" | "cgroup">;
  orders: AttemptOrder[];
};

export type SupervisorProcessOrder = { key: string } & (
  | { act: "terminate"; signal: NodeJS.Signals; graceMs: number }
  | { act: "suspend" }
);

const { options, orders } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as SupervisorProcessInput;

const started = new Map(orders.map(({ key }) => [key, Promise.withResolvers<void>()]));

const supervisor = new Supervisor({
  ...options,
  runAs: null,
  onStarted: ({ key }) => started.get(key)?.resolve(),
  onEnded: () => undefined,
  onOrphaned: () => undefined,
  onWarning: () => undefined,
});
await supervisor.adopt([]);
for (const order of orders) {
  supervisor.start(order);
}
process.stdout.write("ordered\n");
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as SupervisorProcessOrder;
  await started.get(order.key)?.promise;
  if (order.act === "terminate") {
    supervisor.terminate(order.key, order);
  } else {
    await supervisor.suspend(order.key);
  }
  process.stdout.write("done\n");
}
process.exit(0);

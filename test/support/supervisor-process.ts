import { readFileSync } from "node:fs";
import type { AttemptOrder } from "../../src/supervise/order.ts";
import type { SupervisorOptions } from "../../src/supervise/supervision.ts";
import { Supervisor } from "../../src/supervise/supervisor.ts";

/**
 * A process that does nothing but hold a supervisor, to be killed with kill -9 by a test. Its one argument is a file with
 * the supervisor's options and the attempts to start. It ends itself when its standard input ends.
 */
export type SupervisorProcessInput = {
  options: Pick<SupervisorOptions, "directory" | "shell" | "searchPath">;
  orders: AttemptOrder[];
};

const { options, orders } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as SupervisorProcessInput;

const supervisor = new Supervisor({
  ...options,
  runAs: null,
  onStarted: () => undefined,
  onEnded: () => undefined,
  onOrphaned: () => undefined,
  onWarning: () => undefined,
});
await supervisor.adopt([]);
for (const order of orders) {
  supervisor.start(order);
}
process.stdout.write("ordered\n");
process.stdin.on("end", () => process.exit(0)).resume();

import type { Config, ConfigInput } from "../config/load.ts";
import { nodeLines, stopAdvice } from "./announcement.ts";
import { createClock, createDispatcher } from "./connect.ts";
import { readVersion } from "./installation.ts";
import { createNode } from "./node.ts";
import { createOutputs } from "./outputs.ts";
import { type Role, runProcess } from "./run-process.ts";

/** `utm worker`: a node alone, which runs what servers elsewhere hand to it. Needs no inbound port. Answers the exit code. */
export function work(input: ConfigInput): Promise<number> {
  return runProcess(worker, input);
}

const worker: Role = {
  objections(config) {
    return config.redisUrl === null
      ? [
          'A worker alone takes its work from Redis and keeps its record in the servers\' database: give REDIS_URL and DATABASE_URL. On one machine, "utm serve" needs neither.',
        ]
      : [];
  },
  async create({ config, log, directory, store, opened }) {
    const dispatcher = await createDispatcher(config, store, log);
    opened.push(() => dispatcher.close());
    const outputs = createOutputs(config, directory, { store, dispatcher, log });
    const clock = await createClock(config, store, log);
    opened.push(async () => clock.stop());
    const node = await createNode({
      ...{ config, directory, store, outputs, dispatcher, log, clock },
      onChange: (change) => void dispatcher.poke({ topic: "changed", ...change }),
      onRetry: () => void dispatcher.poke({ topic: "admission" }),
    });
    return {
      worker: node.worker,
      async start() {
        const { adopted } = await node.worker.start();
        return announcement(config, directory.root, store.description, nodeLines(config, node.means, adopted));
      },
      drain: () => node.worker.drain(),
      async stop() {
        await dispatcher.close();
        node.stop();
        outputs.read.close();
        clock.stop();
        await store.close();
      },
    };
  },
};

function announcement(config: Config, root: string, database: string, lines: readonly string[]): string[] {
  return [
    `UNIX Task Manager ${readVersion()}, worker ${config.nodeName}`,
    `  database       ${database}`,
    `  data           ${root}`,
    `  slots          ${config.slots}`,
    `  queues         ${config.lanes?.join(", ") ?? "all"}`,
    ...lines,
    stopAdvice(config, "worker"),
  ];
}

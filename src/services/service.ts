import type { Log } from "../log/log.ts";

/**
 * The base of everything that runs beside requests. `runOnce` does one round and answers with counts; a line is logged
 * only when a round did something. Rounds never overlap; `poke` asks for one soon, however often it is called.
 */
export type ServiceOptions = {
  name: string;
  /** Time between rounds without a poke; varied by a tenth so that several servers do not march in step. */
  intervalMs: number;
  /** Time from the end of a round to the next poked one: under load one round serves many pokes. */
  restMs?: number;
  log: Log;
  runOnce: () => Promise<Readonly<Record<string, number>>>;
};

export type Service = {
  start(): void;
  /** Resolves when the round under way is over. May be called twice. */
  stop(): Promise<void>;
  poke(): void;
  runOnce(): Promise<Readonly<Record<string, number>>>;
};

export function createService(options: ServiceOptions): Service {
  const { name, log, intervalMs } = options;
  let isStopped = true;
  let isWanted = false;
  let isResting = false;
  let loop: Promise<void> | null = null;
  let wake = () => {};

  async function round(): Promise<void> {
    try {
      const counts = await options.runOnce();
      if (Object.values(counts).some((count) => count > 0)) {
        log.debug({ service: name, ...counts }, "service round");
      }
    } catch (error) {
      log.error({ service: name, err: error }, "service round failed");
    }
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      isWanted = false;
      await round();
      isResting = true;
      await pause(options.restMs ?? 0);
      isResting = false;
      if (!isWanted && !isStopped) {
        await pause(intervalMs * (0.95 + Math.random() * 0.1));
      }
    }
  }

  /** Ends early when stopped, or, but for the rest after a round, when poked. */
  function pause(ms: number): Promise<void> {
    if (isStopped) {
      return Promise.resolve();
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms).unref();
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  return {
    start() {
      if (loop === null) {
        isStopped = false;
        loop = run();
      }
    },
    async stop() {
      isStopped = true;
      wake();
      await loop;
      loop = null;
    },
    poke() {
      isWanted = true;
      if (!isResting) {
        wake();
      }
    },
    runOnce: options.runOnce,
  };
}

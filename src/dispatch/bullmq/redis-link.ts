import { Redis, type RedisOptions } from "ioredis";
import { DispatcherRefused, describeTrouble, isWriteRefused, judgeServer, type Trouble } from "./redis-trouble.ts";

/**
 * The connections of this process to Redis, and whether they can be used.
 *
 * One carries commands, one listens; a consumer has a third that waits (consumer.ts). Redis counts as usable while the
 * first answers and the second is subscribed. Everything else is trouble, and trouble is never waited out by a caller: a
 * command without a connection fails at once, one without an answer after `commandTimeoutMs`.
 *
 * A connection whose other end is gone without a word (a cable, a firewall, a stopped machine) looks well until something
 * is sent: both are pinged, and one that does not answer is closed and made anew. Trying again is never slower than
 * `slowestRetryMs`, so that work goes on within a second after Redis is back.
 */
export type DispatchLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

export type RedisLink = {
  commands: Redis;
  /** One more connection, not yet connected, for commands that wait at the server: longest for that long. */
  connectAgain(name: string, waitMs: number): Redis;
  /** Listens to a channel from now on, over broken connections too; without one, from when there is one. */
  listen(channel: string, callback: (message: string) => void): Promise<void>;
  problem(): string | null;
  onRecovered(callback: () => void): void;
  /** A command failed: it may be Redis that takes no writes any more. */
  noteFailure(error: unknown): void;
  close(): void;
};

export type RedisLinkOptions = {
  url: string;
  /** What all keys and channels begin with. */
  prefix: string;
  log: DispatchLog;
};

const connectTimeoutMs = 2000;
const commandTimeoutMs = 2500;
const slowestRetryMs = 500;
const pingIntervalMs = 2000;
/** Longer than this a start does not wait for Redis. */
const openPatienceMs = 3000;

const connectionOptions: RedisOptions = {
  // The older protocol: all that BullMQ needs, and every server from 6.2 on speaks it.
  protocol: 2,
  lazyConnect: true,
  connectTimeout: connectTimeoutMs,
  disconnectTimeout: 200,
  commandTimeout: commandTimeoutMs,
  keepAlive: 5000,
  enableOfflineQueue: false,
  // What was sent when the connection broke fails at once. With any other number it is neither sent again nor failed when
  // the first try to connect succeeds, and hangs until its time is over.
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  disableClientInfo: true,
  maxLoadingRetryTime: slowestRetryMs,
  retryStrategy: (times) => Math.min(50 * 2 ** (times - 1), slowestRetryMs),
  reconnectOnError: (error) => error.message.startsWith("READONLY"),
};

/** Connected and then silent, as when the machine is overloaded or the path breaks in between: not waited for long. */
function startAnewWithoutGreeting(redis: Redis): void {
  let timer: NodeJS.Timeout | undefined;
  redis.on("connect", () => {
    timer = setTimeout(() => redis.disconnect(true), connectTimeoutMs).unref();
  });
  for (const event of ["ready", "close", "end"]) {
    redis.on(event, () => clearTimeout(timer));
  }
}

/** `server`: it answers and is too old. `writes`: it answers and takes nothing. */
type Part = "commands" | "listener" | "server" | "writes";
const noConnection: Trouble = { reason: "no connection", refusal: null };
const connectionLost: Trouble = { reason: "connection lost", refusal: null };

/** Throws DispatcherRefused when Redis is there and cannot be worked with. When it is not there, it is tried for ever. */
export async function openRedisLink({ url, prefix, log }: RedisLinkOptions): Promise<RedisLink> {
  const channels = new Map<string, (message: string) => void>();
  const recoveredListeners: (() => void)[] = [];
  /** What is wrong with each part; empty: all is well. */
  const troubles = new Map<Part, Trouble>();
  let isClosed = false;
  let wasUsable = false;
  let warned: string | null = null;
  let settleOpening: (() => void) | null = null;

  function connect(name: string, waitMs = 0): Redis {
    const connectionName = `${prefix}:${name}`;
    const commandTimeout = commandTimeoutMs + waitMs;
    const redis = new Redis(url, { ...connectionOptions, connectionName, commandTimeout });
    startAnewWithoutGreeting(redis);
    return redis;
  }
  const commands = connect("commands");
  const listener = connect("listener");

  function note(part: Part, trouble: Trouble | null): void {
    const before = problem();
    if (trouble === null) {
      troubles.delete(part);
    } else {
      troubles.set(part, trouble);
    }
    const now = problem();
    if (now !== null && before === null && !isClosed) {
      log.warn({ problem: now }, "redis is not usable");
    }
    if (now === null && before !== null) {
      if (wasUsable) {
        log.info({}, "redis is usable again");
      }
      wasUsable = true;
      for (const callback of recoveredListeners) {
        callback();
      }
    }
    if (now === null || refusal() !== null) {
      settleOpening?.();
    }
  }

  function refusal(): string | null {
    return [...troubles.values()].find((trouble) => trouble.refusal !== null)?.refusal ?? null;
  }

  function problem(): string | null {
    const refused = refusal();
    if (refused !== null) {
      return `${refused} Until then tasks are kept.`;
    }
    const [trouble] = troubles.values();
    const what = troubles.has("writes") && troubles.size === 1 ? "Redis takes nothing" : "Redis does not answer";
    return trouble === undefined ? null : `${what} (${trouble.reason}): tasks are kept and start when it is back.`;
  }

  /** Answers a function to call with what failed on the connection although it seemed well. */
  function watch(redis: Redis, part: Part, whenReady: () => Promise<void>): (error: unknown) => void {
    let last = noConnection;
    function noteError(error: unknown): void {
      last = describeTrouble(error) ?? last;
      note(part, last);
    }
    function startAnew(error: unknown): void {
      noteError(error);
      if (redis.status === "ready") {
        redis.disconnect(true);
      }
    }
    redis.on("error", noteError);
    redis.on("close", () => note(part, last));
    redis.on("ready", () => {
      last = connectionLost;
      whenReady().then(() => note(part, null), startAnew);
    });
    return startAnew;
  }

  /** Another server may answer now than before: it is judged each time. */
  async function lookAtServer(): Promise<void> {
    const info = await commands.info().catch((error: Error) => {
      if (error.message.startsWith("NOPERM")) {
        return "";
      }
      throw error;
    });
    const { refusal: refused, warning } = judgeServer(info);
    if (warning !== null && warning !== warned) {
      log.warn({}, warning);
    }
    warned = warning;
    note("server", refused === null ? null : { reason: "its version is too old", refusal: refused });
  }

  async function subscribeAll(): Promise<void> {
    if (channels.size > 0) {
      await listener.subscribe(...channels.keys());
    }
  }

  function ping(): void {
    if (commands.status === "ready") {
      commands.ping().catch(commandsFailed);
    }
    if (listener.status === "ready") {
      listener.ping().catch(listenerFailed);
    }
    if (troubles.has("writes") && commands.status === "ready") {
      commands.set(`${prefix}:probe`, 1, "PX", 1000).then(() => note("writes", null), noteFailure);
    }
  }

  function noteFailure(error: unknown): void {
    if (isWriteRefused(error)) {
      note("writes", describeTrouble(error) ?? connectionLost);
    }
  }

  troubles.set("commands", noConnection);
  troubles.set("listener", noConnection);
  const commandsFailed = watch(commands, "commands", lookAtServer);
  const listenerFailed = watch(listener, "listener", subscribeAll);
  listener.on("message", (channel: string, message: string) => channels.get(channel)?.(message));
  const pings = setInterval(ping, pingIntervalMs).unref();

  function close(): void {
    isClosed = true;
    clearInterval(pings);
    commands.disconnect();
    listener.disconnect();
  }

  await new Promise<void>((resolve) => {
    const patience = setTimeout(resolve, openPatienceMs);
    settleOpening = () => {
      clearTimeout(patience);
      resolve();
    };
    // The first failure is told by its event; trying goes on by itself.
    const ignore = () => {};
    listener.connect().catch(ignore);
    commands.connect().catch(() => {
      settleOpening?.();
    });
  });
  settleOpening = null;
  const refused = refusal();
  if (refused !== null) {
    close();
    throw new DispatcherRefused(refused);
  }

  return {
    commands,
    connectAgain: connect,
    async listen(channel, callback) {
      channels.set(channel, callback);
      if (listener.status === "ready") {
        // Should it fail, all channels are subscribed to again with the next connection.
        await listener.subscribe(channel).catch(listenerFailed);
      }
    },
    problem,
    onRecovered: (callback) => recoveredListeners.push(callback),
    noteFailure,
    close,
  };
}

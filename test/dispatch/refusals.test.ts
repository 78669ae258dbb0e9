import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createBullmqDispatcher } from "../../src/dispatch/bullmq/bullmq-dispatcher.ts";
import { DispatcherRefused } from "../../src/dispatch/bullmq/redis-trouble.ts";
import { newInstallation, openDispatcher } from "../support/dispatchers.ts";
import { hasOwnRedis, startRedis } from "../support/redis.ts";
import { waitFor } from "../support/wait-for.ts";

/** A Redis that cannot be worked with: one clear sentence, without its address or password. */
async function refusalOf(redisUrl: string): Promise<string> {
  const log = { info: () => undefined, warn: () => undefined };
  const outcome = await createBullmqDispatcher({ redisUrl, installation: newInstallation(), log }).catch(
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(DispatcherRefused);
  return (outcome as Error).message;
}

/** Somebody who answers whatever is said with the same words. */
async function startAnswering(words: (said: string) => string): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => socket.write(words(chunk.toString())));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(!hasOwnRedis)("a Redis with a password", () => {
  it("refuses a wrong one and none, and takes the right one", async () => {
    const redis = await startRedis({ settings: { requirepass: "right-secret" } });
    const wrong = `redis://:wrong-secret@127.0.0.1:${redis.port}`;
    const sentence = "Redis refuses the password in REDIS_URL, or asks for one. Put the right one there.";
    expect(await refusalOf(wrong)).toBe(sentence);
    expect(await refusalOf(`redis://127.0.0.1:${redis.port}`)).toBe(sentence);
    const dispatcher = await openDispatcher(redis.url, newInstallation());
    expect(dispatcher.problem()).toBeNull();
  });

  it("that has no such database refuses, rather than use another one", async () => {
    const redis = await startRedis();
    expect(await refusalOf(`${redis.url}/99`)).toBe(
      "Redis has no database of the number in REDIS_URL. Put one there that it has, or none.",
    );
    expect((await openDispatcher(`${redis.url}/3`, newInstallation())).problem()).toBeNull();
  });

  it("that is changed later is a problem that names no password, until it is right again", async () => {
    const redis = await startRedis();
    const url = `redis://:first-secret@127.0.0.1:${redis.port}`;
    redis.run("CONFIG", "SET", "requirepass", "first-secret");
    const dispatcher = await openDispatcher(url, newInstallation());
    expect(dispatcher.problem()).toBeNull();
    const asRoot = (...words: string[]) => redis.run("-a", "second-secret", "--no-auth-warning", ...words);
    redis.run("-a", "first-secret", "--no-auth-warning", "CONFIG", "SET", "requirepass", "second-secret");
    asRoot("CLIENT", "KILL", "TYPE", "normal");
    const problem = await waitFor("the problem to be seen", () => dispatcher.problem());
    await waitFor("the reason to be known", () => dispatcher.problem()?.includes("refuses the password"));
    asRoot("CONFIG", "SET", "requirepass", "first-secret");
    await waitFor("the problem to be over", () => dispatcher.problem() === null);
    expect(`${problem} ${dispatcher.said.join(" ")}`).not.toMatch(/first-secret|second-secret/);
  });
});

describe("what is not a Redis to work with", () => {
  it("is refused when it is another kind of server", async () => {
    const url = await startAnswering(() => "HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(await refusalOf(url)).toBe(
      "What answers at REDIS_URL is not Redis. Put the address of a Redis or Valkey server there.",
    );
  });

  it("is refused when it is too old", async () => {
    const info = "redis_version:6.0.16\r\nmaxmemory_policy:noeviction\r\n";
    const url = await startAnswering((said) => (/info/i.test(said) ? `$${info.length}\r\n${info}\r\n` : "+OK\r\n"));
    expect(await refusalOf(url)).toBe("Redis 6.0.16 is too old: version 6.2 or newer, or Valkey, is needed.");
  });
});

describe.skipIf(!hasOwnRedis)("a Redis that may throw data away", () => {
  it("is warned about once, and used", async () => {
    const redis = await startRedis({ settings: { "maxmemory-policy": "allkeys-lru" } });
    const dispatcher = await openDispatcher(redis.url, newInstallation());
    expect(dispatcher.problem()).toBeNull();
    const warnings = dispatcher.said.filter((line) => line.includes("maxmemory-policy"));
    expect(warnings).toEqual([
      "Redis has maxmemory-policy allkeys-lru and may throw away what waits in it, which then starts late: set it to noeviction. {}",
    ]);
  });
});

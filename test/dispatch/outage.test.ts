import { describe, expect, it } from "vitest";
import { delivery, newInstallation, openDispatcher, processAt, startConsumerProcess } from "../support/dispatchers.ts";
import { hasOwnRedis, startRedis, TestRedis } from "../support/redis.ts";
import { startRedisProxy } from "../support/redis-proxy.ts";
import { waitFor } from "../support/wait-for.ts";

/** Redis goes away, comes back, forgets everything. */
const refused = "Redis does not answer (connection refused): tasks are kept and start when it is back.";

describe.skipIf(!hasOwnRedis)("while Redis is away", () => {
  it("nothing is taken, and the reason is said; then all goes on by itself", async () => {
    const redis = await startRedis();
    const installation = newInstallation();
    const producer = await openDispatcher(redis.url, installation);
    const consumer = await openDispatcher(redis.url, installation);
    const node = await processAt(consumer, { slots: 100 });
    let recovered = 0;
    producer.onRecovered(() => {
      recovered += 1;
    });
    await producer.add(delivery(1));
    await waitFor("the delivery", () => node.taken.length === 1);

    await redis.stop("SIGKILL");
    await waitFor("the problem to be seen", () => producer.problem() === refused);
    await expect(producer.add(delivery(2))).rejects.toThrow(refused);
    await expect(producer.poke({ topic: "admission" })).resolves.toBeUndefined();
    expect(await producer.ask({ taskId: 1, attempt: 1, by: "ada", kind: "suspend" })).toBeNull();

    await redis.start();
    await waitFor("the problem to be over", () => producer.problem() === null, 3000);
    expect(recovered).toBe(1);
    await producer.add(delivery(3));
    await waitFor("the delivery", () => node.taken.length === 2, 3000);
    const heard: unknown[] = [];
    producer.onPoke((poke) => heard.push(poke));
    await waitFor("pokes to be heard again", async () => {
      await consumer.poke({ topic: "admission" });
      return heard.length > 0;
    });
    expect(producer.said.filter((line) => line.includes("redis is"))).toHaveLength(2);
  });

  it("a server starts, says the reason, and works once it is there", async () => {
    const redis = new TestRedis();
    await redis.start();
    await redis.stop();
    const dispatcher = await openDispatcher(redis.url, newInstallation());
    expect(dispatcher.problem()).toBe(refused);
    const node = await processAt(dispatcher);
    await expect(dispatcher.add(delivery(1))).rejects.toThrow("tasks are kept");
    await redis.start();
    await waitFor("the problem to be over", () => dispatcher.problem() === null, 3000);
    await dispatcher.add(delivery(1));
    await waitFor("the delivery", () => node.taken.length === 1);
    await dispatcher.close();
    await redis.close();
  });

  it("what was waiting in it is delivered when it is back", async () => {
    const redis = await startRedis({ settings: { appendfsync: "always" } });
    const installation = newInstallation();
    const producer = await openDispatcher(redis.url, installation);
    await producer.add(delivery(1));
    await redis.stop();
    const node = await processAt(await openDispatcher(redis.url, installation));
    await redis.start();
    await waitFor("the delivery", () => node.taken.length === 1);
  });

  it("one that keeps its connections and is silent is noticed, and used again", { tags: ["whole"] }, async () => {
    const redis = await startRedis();
    const installation = newInstallation();
    const dispatcher = await openDispatcher(redis.url, installation);
    const node = await processAt(dispatcher, { slots: 100 });
    await dispatcher.add(delivery(1));
    await waitFor("the delivery", () => node.taken.length === 1);
    redis.pause();
    await waitFor("its silence to be noticed", () => dispatcher.problem() !== null, 6000);
    expect(dispatcher.problem()).toBe(
      "Redis does not answer (no answer in time): tasks are kept and start when it is back.",
    );
    await expect(dispatcher.add(delivery(2))).rejects.toThrow("no answer in time");
    redis.resume();
    await waitFor("it to be used again", () => dispatcher.problem() === null, 3000);
    await dispatcher.add(delivery(3));
    await waitFor("the delivery", () => node.taken.some(({ taskId }) => taskId === 3), 3000);
  });
});

describe.skipIf(!hasOwnRedis)("a way to Redis that breaks", () => {
  it("fails what was under way at once, and is made anew", async () => {
    const redis = await startRedis();
    const proxy = await startRedisProxy(redis.port);
    const dispatcher = await openDispatcher(proxy.url, newInstallation());
    const node = await processAt(dispatcher, { slots: 5 });
    proxy.breakAt("t-1-0");
    const failure = await dispatcher.add(delivery(1)).catch((error: Error) => error);
    expect(failure).toMatchObject({ message: expect.stringContaining("tasks are kept") });
    // One that is forgotten would hang until its time is over.
    expect(String(failure?.cause)).not.toContain("timed out");
    await waitFor("the problem to be over", () => dispatcher.problem() === null, 3000);
    await dispatcher.add(delivery(1));
    await waitFor("the delivery", () => node.taken.length === 1, 3000);
  });

  it("of one node without a word leaves its work to others, and it goes on when it is back", {
    tags: ["whole"],
  }, async () => {
    const redis = await startRedis();
    const proxy = await startRedisProxy(redis.port);
    const installation = newInstallation();
    const producer = await openDispatcher(redis.url, installation);
    const cutOff = await openDispatcher(proxy.url, installation);
    const lost = await processAt(cutOff, { nodeId: 1, slots: 10 });
    await producer.add(delivery(1));
    await waitFor("the first delivery", () => lost.taken.length === 1);
    proxy.freeze();
    await waitFor("the silence to be noticed", () => cutOff.problem()?.includes("no answer in time"), 6000);
    const other = await processAt(await openDispatcher(redis.url, installation), { nodeId: 2, slots: 10 });
    await producer.add(delivery(2));
    await waitFor("the other node to get the next", () => other.taken.length === 1);
    proxy.thaw();
    await waitFor("it to be back", () => cutOff.problem() === null, 3000);
    await producer.add(delivery(3, { nodeId: 1 }));
    await waitFor("it to take work again", () => lost.taken.length === 2, 3000);
  });
});

describe.skipIf(!hasOwnRedis)("a process that closes its dispatcher", () => {
  it.each(["there", "silent", "gone"])("has nothing left open, with Redis %s", { tags: ["whole"] }, async (how) => {
    const redis = await startRedis();
    const leaving = await startConsumerProcess({
      ...{ redisUrl: redis.url, installation: newInstallation(), nodeId: 1, slots: 1, behaviour: "leave" },
    });
    if (how === "silent") {
      redis.pause();
    }
    if (how === "gone") {
      await redis.stop("SIGKILL");
    }
    leaving.endInput();
    await waitFor("the process to end", () => leaving.exitCode() !== null, 4000);
    expect(leaving.exitCode()).toBe(0);
  });
});

describe.skipIf(!hasOwnRedis)("a Redis", () => {
  it("that forgot everything takes and delivers what is handed over again", async () => {
    const redis = await startRedis();
    const installation = newInstallation();
    const producer = await openDispatcher(redis.url, installation);
    await producer.add(delivery(1));
    await producer.add(delivery(2, { nodeId: 1 }));
    redis.flush();
    const node = await processAt(await openDispatcher(redis.url, installation), { slots: 10 });
    await producer.add(delivery(3));
    await waitFor("the new delivery", () => node.taken.length === 1);
    redis.flush();
    await producer.add(delivery(1));
    await producer.add(delivery(2, { nodeId: 1 }));
    await waitFor("the others", () => node.taken.length === 3);
  });

  it("whose memory is full takes nothing, says so, and works again when it is not", { tags: ["whole"] }, async () => {
    const redis = await startRedis();
    const dispatcher = await openDispatcher(redis.url, newInstallation());
    const node = await processAt(dispatcher, { slots: 5 });
    redis.run("CONFIG", "SET", "maxmemory", "1");
    await expect(dispatcher.add(delivery(1))).rejects.toThrow(
      "Redis takes nothing (its memory is full): tasks are kept and start when it is back.",
    );
    expect(dispatcher.problem()).toContain("its memory is full");
    redis.run("CONFIG", "SET", "maxmemory", "0");
    await waitFor("the problem to be over", () => dispatcher.problem() === null);
    await dispatcher.add(delivery(2));
    await waitFor("the delivery", () => node.taken.length === 1);
  });

  it("with nothing to do is left alone by a node that waits", { tags: ["whole"] }, async () => {
    const redis = await startRedis();
    const dispatcher = await openDispatcher(redis.url, newInstallation());
    const node = await processAt(dispatcher, { lanes: ["default", "night", "gpu"], slots: 4 });
    await dispatcher.add(delivery(1));
    await waitFor("the delivery", () => node.taken.length === 1);
    redis.countCommands();
    const began = performance.now();
    await waitFor("six seconds to go by", () => performance.now() - began > 6000);
    const counts = redis.countCommands();
    const byClients = ["bzpopmin", "evalsha", "ping"].reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
    const total = [...counts.values()].reduce((sum, calls) => sum + calls, 0);
    process.stderr.write(`idle node, 4 queues, 6 s: ${JSON.stringify(Object.fromEntries(counts))}\n`);
    expect(byClients).toBeLessThan(36);
    expect(total).toBeLessThan(180);
  });
});

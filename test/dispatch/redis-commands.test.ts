import { describe, expect, it } from "vitest";
import { delivery, newInstallation, openDispatcher, processAt } from "../support/dispatchers.ts";
import { hasOwnRedis, startRedis } from "../support/redis.ts";
import { waitFor } from "../support/wait-for.ts";

/** Which commands are sent to Redis, those of scripts included: an older one and Valkey have to know them all. */
describe.skipIf(!hasOwnRedis)("the commands that are used", () => {
  it("are all there since Redis 6.2 or longer", async () => {
    const redis = await startRedis();
    const installation = newInstallation();
    const producer = await openDispatcher(redis.url, installation);
    const consumer = await openDispatcher(redis.url, installation);
    let answer: "busy" | "claimed" = "busy";
    const node = await processAt(consumer, { slots: 3, answer: () => answer });
    consumer.onAsk(async () => ({ kind: "done" }));
    await producer.add(delivery(1));
    await producer.add(delivery(2, { nodeId: 1 }));
    await producer.add(delivery(3, { lane: "unserved" }));
    await producer.add(delivery(3, { lane: "unserved" }));
    await producer.remove({ taskId: 3, attempt: 0 });
    await waitFor("a delivery", () => node.taken.length > 0);
    answer = "claimed";
    await waitFor("all deliveries", () => {
      consumer.slotFreed();
      return node.taken.filter(({ taskId }) => taskId === 2).length > 0 && node.taken.length >= 3;
    });
    await producer.poke({ topic: "admission" });
    await producer.ask({ taskId: 1, attempt: 1, by: "ada", kind: "suspend" });
    await producer.counter?.count({ key: "x", windowMs: 1000 });
    await waitFor("the connections to be tested", () => redis.run("INFO", "commandstats").includes("cmdstat_ping"));
    const names = [...redis.countCommands().keys()];
    expect(names).toEqual(expect.arrayContaining(["bzpopmin", "evalsha", "publish", "subscribe", "zpopmin", "zadd"]));
    const tooNew = names.filter((name) => !isSince62(redis.run("COMMAND", "DOCS", name)));
    expect(tooNew).toEqual([]);
  });
});

function isSince62(docs: string): boolean {
  const [, major, minor] = /^since\n(\d+)\.(\d+)/m.exec(docs) ?? [];
  return Number(major) < 6 || (Number(major) === 6 && Number(minor) <= 2);
}

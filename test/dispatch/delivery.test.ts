import { describe, expect, it } from "vitest";
import { delivery, newInstallation, openDispatcher, processAt, startConsumerProcess } from "../support/dispatchers.ts";
import { hasRedis, shareRedis } from "../support/redis.ts";
import { waitFor } from "../support/wait-for.ts";

/** Deliveries between several processes over one Redis. */
const redis = shareRedis();
const numbers = (length: number) => Array.from({ length }, (_, at) => at + 1);

/** Whether a node waits at Redis. */
function isWaiting(installation: string): boolean {
  const clients = redis.run("CLIENT", "LIST").split("\n");
  return clients.some((client) => client.includes(`name=utm-${installation}:waiting`) && client.includes(" flags=b "));
}

describe.skipIf(!hasRedis)("deliveries through Redis", () => {
  it("reach one of several nodes, each once, and never more than have a slot", async () => {
    const installation = newInstallation();
    const producer = await openDispatcher(redis.url, installation);
    const processes = await Promise.all(
      [1, 2].map((nodeId) =>
        startConsumerProcess({ redisUrl: redis.url, installation, nodeId, slots: 3, behaviour: "claim" }),
      ),
    );
    const node = await processAt(await openDispatcher(redis.url, installation), { nodeId: 3, slots: 4 });
    const tasks = numbers(200);
    await Promise.all(tasks.map((taskId) => producer.add(delivery(taskId))));
    const taken = () => [...node.taken.map(({ taskId }) => taskId), ...processes.flatMap((process) => process.taken())];
    await waitFor("all deliveries", () => {
      node.freeAll();
      return taken().length >= tasks.length;
    });
    expect(taken().sort((one, other) => one - other)).toEqual(tasks);
    expect(node.most).toBeLessThanOrEqual(4);
    expect(processes.every((process) => process.taken().length > 0)).toBe(true);
  });

  it("are left to others by a node without a free slot", async () => {
    const installation = newInstallation();
    const full = await processAt(await openDispatcher(redis.url, installation), { nodeId: 1, slots: 2 });
    for (const taskId of [1, 2]) {
      await (await openDispatcher(redis.url, installation)).add(delivery(taskId));
    }
    await waitFor("the first node to be full", () => full.taken.length === 2);
    const other = await processAt(await openDispatcher(redis.url, installation), { nodeId: 2, slots: 5 });
    const producer = await openDispatcher(redis.url, installation);
    await Promise.all([3, 4, 5].map((taskId) => producer.add(delivery(taskId))));
    await waitFor("the other node to take them", () => other.taken.length === 3);
    expect(full.taken).toHaveLength(2);
  });

  it("of a lane that is served from now on come at once, and of one that is not any more stay", async () => {
    const installation = newInstallation();
    const producer = await openDispatcher(redis.url, installation);
    const consumer = await openDispatcher(redis.url, installation);
    const node = await processAt(consumer, { slots: 9, lanes: ["default"] });
    await producer.add(delivery(1, { lane: "night" }));
    await producer.add(delivery(2));
    await waitFor("the lane it serves", () => node.taken.length === 1);
    await waitFor("the node to wait", () => isWaiting(installation));
    consumer.serve(["night", "day"]);
    // Sooner than the wait that is under way ends by itself.
    await waitFor("what had come before", () => node.taken.some(({ taskId }) => taskId === 1), 3500);
    await waitFor("the node to wait", () => isWaiting(installation));
    await producer.add(delivery(3));
    await producer.add(delivery(4, { lane: "day" }));
    await waitFor("the other new one", () => node.taken.length === 3);
    expect(node.taken.map(({ taskId }) => taskId)).toEqual([2, 1, 4]);
  });

  it("come in the order of priority, and in that of their adding within one", async () => {
    const dispatcher = await openDispatcher(redis.url, newInstallation());
    const priorities = [0, -5, 1_000_000, 3, 3, -1_000_000, 0];
    for (const [at, priority] of priorities.entries()) {
      await dispatcher.add(delivery(at, { priority }));
    }
    const node = await processAt(dispatcher, { slots: 10 });
    await waitFor("all deliveries", () => node.taken.length === priorities.length);
    expect(node.taken.map(({ taskId }) => taskId)).toEqual([2, 3, 4, 0, 6, 1, 5]);
  });

  it("reach only the node they are for, and only nodes of their lane", async () => {
    const installation = newInstallation();
    const one = await openDispatcher(redis.url, installation);
    const two = await openDispatcher(redis.url, installation);
    const nodeOne = await processAt(one, { nodeId: 1, slots: 20, lanes: ["default", "nächtlich: *"] });
    const nodeTwo = await processAt(two, { nodeId: 2, slots: 20, lanes: ["default"] });
    for (const taskId of [1, 2, 3]) {
      await one.add(delivery(taskId, { nodeId: 2 }));
      await two.add(delivery(taskId + 10, { nodeId: 1, lane: "unknown here" }));
      await two.add(delivery(taskId + 20, { lane: "nächtlich: *" }));
    }
    await waitFor("all deliveries", () => nodeOne.taken.length + nodeTwo.taken.length === 9);
    expect(nodeTwo.taken.map(({ taskId }) => taskId)).toEqual([1, 2, 3]);
    expect(nodeOne.taken.map(({ taskId }) => taskId).sort()).toEqual([11, 12, 13, 21, 22, 23]);
  });

  it("go to another node at once when one was too busy after all", async () => {
    const installation = newInstallation();
    const one = await openDispatcher(redis.url, installation);
    const busy = await processAt(one, { nodeId: 1, answer: () => "busy" });
    await one.add(delivery(1));
    await waitFor("the busy node to be asked", () => busy.taken.length > 0);
    const other = await processAt(await openDispatcher(redis.url, installation), { nodeId: 2 });
    await waitFor("the other node to get it", () => other.taken.length === 1);
  });

  it("wake a waiting node when another one gives theirs back", async () => {
    const installation = newInstallation();
    const one = await openDispatcher(redis.url, installation);
    const free = await processAt(await openDispatcher(redis.url, installation), { nodeId: 2 });
    const answer = Promise.withResolvers<"busy">();
    const busy = await processAt(one, { nodeId: 1, answer: () => answer.promise });
    // The node that is free is full first, so that the other one gets the next.
    await one.add(delivery(1, { nodeId: 2 }));
    await waitFor("the free node to be full", () => free.taken.length === 1);
    await one.add(delivery(2));
    await waitFor("the busy node to get it", () => busy.taken.length === 1);
    free.free();
    await waitFor("the free node to have looked, and to wait", () => {
      const marker = redis.run("EXISTS", `utm-${installation}:lane-default:marker`).trim();
      return marker === "0" && isWaiting(installation);
    });
    answer.resolve("busy");
    // Sooner than it would look by itself.
    await waitFor("the free node to get it", () => free.taken.length === 2, 3000);
  });

  it("come again when the process that took them is killed before it answered", async () => {
    const installation = newInstallation();
    const producer = await openDispatcher(redis.url, installation);
    const hanging = await startConsumerProcess({
      ...{ redisUrl: redis.url, installation, nodeId: 1, slots: 3, behaviour: "hang" },
    });
    await Promise.all([1, 2, 3].map((taskId) => producer.add(delivery(taskId))));
    await waitFor("the process to have taken them", () => hanging.taken().length === 3);
    const other = await processAt(await openDispatcher(redis.url, installation), { nodeId: 2, slots: 5 });
    hanging.kill();
    // Handed over again meanwhile: it does nothing, and does not keep them from coming.
    await producer.add(delivery(2));
    await waitFor("the other node to get them", () => other.taken.length === 3);
    expect(other.taken.map(({ taskId }) => taskId).sort()).toEqual([1, 2, 3]);
  });

  it("come again when their data is left and their place is lost, as in a Redis that evicts", async () => {
    const installation = newInstallation();
    const dispatcher = await openDispatcher(redis.url, installation);
    await dispatcher.add(delivery(1));
    redis.run("DEL", `utm-${installation}:lane-default:prioritized`);
    await dispatcher.add(delivery(1));
    const node = await processAt(dispatcher);
    await waitFor("the delivery", () => node.taken.length === 1);
  });

  it("come to a node whose marker was lost on the way", { tags: ["whole"] }, async () => {
    const installation = newInstallation();
    const elsewhere = newInstallation();
    const node = await processAt(await openDispatcher(redis.url, installation), { slots: 2 });
    await waitFor("the node to wait", () => isWaiting(installation));
    await (await openDispatcher(redis.url, elsewhere)).add(delivery(1));
    for (const key of ["t-1-0", "prioritized"]) {
      redis.run("RENAME", `utm-${elsewhere}:lane-default:${key}`, `utm-${installation}:lane-default:${key}`);
    }
    await waitFor("the delivery", () => node.taken.length === 1);
  });

  it("of two installations on one Redis do not mix", async () => {
    const [one, two] = [newInstallation(), newInstallation()];
    const dispatcherOne = await openDispatcher(redis.url, one);
    const dispatcherTwo = await openDispatcher(redis.url, two);
    const heard: unknown[] = [];
    dispatcherTwo.onPoke((poke) => heard.push(poke));
    dispatcherTwo.onAsk(async () => ({ kind: "done" }));
    const nodeOne = await processAt(dispatcherOne, { slots: 5 });
    const nodeTwo = await processAt(dispatcherTwo, { slots: 5 });
    await dispatcherOne.add(delivery(1));
    await dispatcherTwo.add(delivery(2));
    await dispatcherOne.poke({ topic: "admission" });
    expect(await dispatcherOne.ask({ taskId: 1, attempt: 1, by: "ada", kind: "suspend" })).toEqual({
      kind: "not_here",
    });
    await waitFor("the deliveries", () => nodeOne.taken.length + nodeTwo.taken.length === 2);
    expect(nodeOne.taken.map(({ taskId }) => taskId)).toEqual([1]);
    expect(nodeTwo.taken.map(({ taskId }) => taskId)).toEqual([2]);
    expect(heard).toEqual([]);
  });

  it("leave nothing behind once they are answered", async () => {
    const installation = newInstallation();
    const dispatcher = await openDispatcher(redis.url, installation);
    let answer: "drop" | "claimed" = "drop";
    const node = await processAt(dispatcher, { slots: 100, answer: () => answer });
    for (const taskId of numbers(50)) {
      answer = taskId % 2 === 0 ? "drop" : "claimed";
      await dispatcher.add(delivery(taskId));
    }
    await waitFor("all deliveries", () => node.taken.length === 50);
    const keys = () => redis.run("--scan", "--pattern", `utm-${installation}:*`).split("\n");
    await waitFor("their data to be gone", () => !keys().some((key) => key.includes(":t-")));
  });
});

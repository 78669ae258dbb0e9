import { describe, expect, it } from "vitest";
import type { AttemptRequest, Dispatcher, Poke, Reply } from "../../src/dispatch/dispatcher.ts";
import { newInstallation, openDispatcher, processAt } from "../support/dispatchers.ts";
import { hasRedis, shareRedis } from "../support/redis.ts";
import { waitFor } from "../support/wait-for.ts";

/** What processes tell and ask each other over one Redis. */
const redis = shareRedis();

/** A node that runs one task, and what it was asked. */
async function nodeWith(dispatcher: Dispatcher, nodeId: number, taskId: number, reply: Reply = { kind: "done" }) {
  const asked: AttemptRequest[] = [];
  dispatcher.onAsk(async (request) => {
    asked.push(request);
    return request.taskId === taskId ? reply : { kind: "not_here" };
  });
  await processAt(dispatcher, { nodeId });
  return asked;
}

const suspend = (taskId: number, nodeId?: number): AttemptRequest => ({
  ...{ taskId, attempt: 1, by: "ada", kind: "suspend" },
  ...(nodeId === undefined ? {} : { nodeId }),
});

describe.skipIf(!hasRedis)("pokes through Redis", () => {
  it("reach every process once, this one at once", async () => {
    const installation = newInstallation();
    const heard: Poke[][] = [];
    const dispatchers = [];
    for (const at of [0, 1, 2]) {
      const dispatcher = await openDispatcher(redis.url, installation);
      heard[at] = [];
      dispatcher.onPoke((poke) => heard[at]?.push(poke));
      dispatchers.push(dispatcher);
    }
    const pokes: Poke[] = [
      { topic: "kill", taskId: 1 },
      { topic: "admission" },
      { topic: "changed", taskId: 2, kind: "ended" },
      { topic: "followed", taskId: 3, attempt: 4 },
      { topic: "output", taskId: 3, attempt: 4 },
      { topic: "queues" },
    ];
    for (const poke of pokes) {
      void dispatchers[0]?.poke(poke);
    }
    expect(heard[0]).toEqual(pokes);
    await waitFor("the others to hear", () => heard[1]?.length === 6 && heard[2]?.length === 6);
    await dispatchers[1]?.poke({ topic: "admission" });
    await waitFor("the first to hear", () => heard[0]?.length === 7);
    expect(heard[1]).toEqual([...pokes, { topic: "admission" }]);
    expect(heard[2]?.slice(0, 6)).toEqual(pokes);
  });
});

describe.skipIf(!hasRedis)("requests through Redis", () => {
  it("reach the node that runs the attempt, though others say it is not there", async () => {
    const installation = newInstallation();
    const server = await openDispatcher(redis.url, installation);
    const other = await nodeWith(await openDispatcher(redis.url, installation), 1, 100);
    const right = await nodeWith(await openDispatcher(redis.url, installation), 2, 200, { kind: "usage", series: "x" });
    expect(await server.ask({ taskId: 200, attempt: 3, by: "ada", kind: "usage" })).toEqual({
      kind: "usage",
      series: "x",
    });
    expect(right).toEqual([{ taskId: 200, attempt: 3, by: "ada", kind: "usage" }]);
    expect(other).toHaveLength(1);
  });

  it("reach only the node that is named", async () => {
    const installation = newInstallation();
    const server = await openDispatcher(redis.url, installation);
    const one = await nodeWith(await openDispatcher(redis.url, installation), 1, 100);
    const two = await nodeWith(await openDispatcher(redis.url, installation), 2, 200);
    expect(await server.ask(suspend(200, 2))).toEqual({ kind: "done" });
    expect(await server.ask(suspend(100, 2))).toEqual({ kind: "not_here" });
    expect(one).toEqual([]);
    expect(two).toHaveLength(2);
  });

  it("carry every byte of an input of 64 KiB", async () => {
    const installation = newInstallation();
    const server = await openDispatcher(redis.url, installation);
    const asked = await nodeWith(await openDispatcher(redis.url, installation), 1, 100, {
      kind: "accepted",
      bytes: 65536,
    });
    const data = Buffer.from(Array.from({ length: 65536 }, (_, at) => at % 256));
    const reply = await server.ask({ taskId: 100, attempt: 1, by: "ada", nodeId: 1, kind: "input", data });
    expect(reply).toEqual({ kind: "accepted", bytes: 65536 });
    const [request] = asked;
    expect(request?.kind === "input" && Buffer.isBuffer(request.data) && request.data.equals(data)).toBe(true);
  });

  it("are answered with not_here when every process said so, and not before", async () => {
    const installation = newInstallation();
    const server = await openDispatcher(redis.url, installation);
    await nodeWith(await openDispatcher(redis.url, installation), 1, 100);
    const slow = await openDispatcher(redis.url, installation);
    const answer = Promise.withResolvers<Reply>();
    slow.onAsk(() => answer.promise);
    await processAt(slow, { nodeId: 2 });
    expect(await Promise.race([server.ask(suspend(300)), server.ask(suspend(100)).then(() => "first")])).toBe("first");
    answer.resolve({ kind: "not_here" });
    expect(await server.ask(suspend(300))).toEqual({ kind: "not_here" });
  });

  it("are answered by this process without asking others", async () => {
    const installation = newInstallation();
    const one = await openDispatcher(redis.url, installation);
    const other = await nodeWith(await openDispatcher(redis.url, installation), 2, 100);
    await nodeWith(one, 1, 100);
    expect(await one.ask(suspend(100))).toEqual({ kind: "done" });
    expect(await one.ask(suspend(7, 1))).toEqual({ kind: "not_here" });
    expect(other).toEqual([]);
  });

  it("of which nobody hears are given up with null", async () => {
    const server = await openDispatcher(redis.url, newInstallation());
    expect(await server.ask(suspend(100, 5))).toBeNull();
  });

  it("to a node that dies over them are given up with null", async () => {
    const installation = newInstallation();
    const server = await openDispatcher(redis.url, installation);
    const node = await openDispatcher(redis.url, installation);
    node.onAsk(() => new Promise(() => {}));
    await processAt(node, { nodeId: 1 });
    expect(await server.ask(suspend(100, 1))).toBeNull();
  });
});

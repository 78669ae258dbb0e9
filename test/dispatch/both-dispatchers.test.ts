import { describe, expect, it } from "vitest";
import type { AttemptRequest, Dispatcher, Poke, Reply } from "../../src/dispatch/dispatcher.ts";
import { createEmbeddedDispatcher } from "../../src/dispatch/embedded/embedded-dispatcher.ts";
import { delivery, newInstallation, openDispatcher, processAt } from "../support/dispatchers.ts";
import { hasRedis, shareRedis } from "../support/redis.ts";
import { waitFor } from "../support/wait-for.ts";

/** What a node may expect of any dispatcher, with one process. */
const redis = shareRedis();

const kinds: { name: string; isThere: boolean; open: () => Promise<Dispatcher> }[] = [
  { name: "embedded", isThere: true, open: async () => createEmbeddedDispatcher() },
  { name: "BullMQ", isThere: hasRedis, open: () => openDispatcher(redis.url, newInstallation()) },
];

describe.each(kinds)("the dispatcher $name", ({ isThere, open }) => {
  const test = it.skipIf(!isThere);

  test("delivers once what was added, before or after the node began", async () => {
    const dispatcher = await open();
    await dispatcher.add(delivery(1, { attempt: 2, priority: 7 }));
    const node = await processAt(dispatcher, { slots: 5 });
    await dispatcher.add(delivery(2));
    await waitFor("both deliveries", () => node.taken.length === 2);
    await dispatcher.add(delivery(3));
    await waitFor("the third delivery", () => node.taken.length === 3);
    expect(node.taken.map((taken) => taken.taskId).sort()).toEqual([1, 2, 3]);
    expect(node.taken).toContainEqual(delivery(1, { attempt: 2, priority: 7 }));
  });

  test("delivers one that was added twice only once", async () => {
    const dispatcher = await open();
    await dispatcher.add(delivery(1));
    await dispatcher.add(delivery(1));
    const node = await processAt(dispatcher, { slots: 5 });
    await dispatcher.add(delivery(2));
    await waitFor("both deliveries", () => node.taken.length >= 2);
    expect(node.taken.map((taken) => taken.taskId)).toEqual([1, 2]);
  });

  test("delivers one again that was added again after it was answered", async () => {
    const dispatcher = await open();
    const node = await processAt(dispatcher, { slots: 5, answer: () => "drop" });
    await dispatcher.add(delivery(1));
    await waitFor("the delivery", () => node.taken.length === 1);
    await waitFor("the second delivery", async () => {
      await dispatcher.add(delivery(1));
      return node.taken.length >= 2;
    });
  });

  test("never delivers more than there are free slots", async () => {
    const dispatcher = await open();
    const node = await processAt(dispatcher, { slots: 2 });
    for (let taskId = 1; taskId <= 6; taskId += 1) {
      await dispatcher.add(delivery(taskId));
    }
    for (let taken = 2; taken <= 6; taken += 1) {
      await waitFor(`delivery ${taken}`, () => node.taken.length === taken);
      node.free();
    }
    expect(node.most).toBe(2);
  });

  test("delivers again what the node was too busy for", async () => {
    const dispatcher = await open();
    let isBusy = true;
    const node = await processAt(dispatcher, { answer: () => (isBusy ? "busy" : "claimed") });
    await dispatcher.add(delivery(1));
    await waitFor("the delivery", () => node.taken.length === 1);
    isBusy = false;
    await waitFor("the delivery to come again", () => {
      dispatcher.slotFreed();
      return node.taken.length >= 2;
    });
    expect(node.taken.at(-1)).toEqual(delivery(1));
  });

  test("does not deliver what was removed", async () => {
    const dispatcher = await open();
    await dispatcher.add(delivery(1));
    await dispatcher.add(delivery(2));
    await dispatcher.remove({ taskId: 1, attempt: 0 });
    await dispatcher.remove({ taskId: 2, attempt: 7 });
    const node = await processAt(dispatcher, { slots: 5 });
    await waitFor("the other delivery", () => node.taken.length === 1);
    expect(node.taken[0]?.taskId).toBe(2);
  });

  test("tells this process at once, and once", async () => {
    const dispatcher = await open();
    const heard: Poke[] = [];
    dispatcher.onPoke((poke) => heard.push(poke));
    void dispatcher.poke({ topic: "kill", taskId: 4 });
    expect(heard).toEqual([{ topic: "kill", taskId: 4 }]);
    await dispatcher.poke({ topic: "admission" });
    expect(heard).toHaveLength(2);
  });

  test("asks the node of this process, with all bytes of an input", async () => {
    const dispatcher = await open();
    const asked: AttemptRequest[] = [];
    dispatcher.onAsk(async (request): Promise<Reply> => {
      asked.push(request);
      return { kind: "accepted", bytes: 3 };
    });
    const request: AttemptRequest = {
      taskId: 1,
      attempt: 1,
      by: "ada",
      kind: "input",
      data: Buffer.from([0, 255, 10]),
    };
    expect(await dispatcher.ask(request)).toEqual({ kind: "accepted", bytes: 3 });
    expect(asked).toEqual([request]);
  });

  test("has no problem, and carries nothing any more once closed", async () => {
    const dispatcher = await open();
    const node = await processAt(dispatcher);
    expect(dispatcher.problem()).toBeNull();
    await dispatcher.close();
    await dispatcher.add(delivery(1)).catch(() => undefined);
    expect(node.taken).toEqual([]);
  });
});

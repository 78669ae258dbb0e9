import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";
import { expect, it } from "vitest";
import { startWriter, waitFor } from "../../output/file/output-fixture.ts";
import { anEnd } from "../../store/conformance/sample.ts";
import { openShipping, readRecord, readWhole, type ShippingFixture } from "./shipping-fixture.ts";

const mebibyte = 1024 * 1024;
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const noise = randomBytes;

async function expectAll(fixture: ShippingFixture): Promise<void> {
  const { bytes, gap } = await readRecord(fixture.store, fixture.attempt);
  expect(gap).toEqual(await fixture.output.gap(fixture.attempt));
  expect(bytes.equals(readWhole(fixture.path)), "the record has what the file has").toBe(true);
}

it.each([
  ["text", Buffer.from("one\ntwo\n")],
  ["no final newline", Buffer.from("one\ntwo")],
  ["nothing", Buffer.alloc(0)],
  ["every byte", everyByte],
  ["long lines", Buffer.from(`${"x".repeat(10 * mebibyte)}\n${"y".repeat(10 * mebibyte)}`)],
  ["what does not shrink", noise(3 * mebibyte + 17)],
])("brings all of an output to the record before its end: %s", async (_, content) => {
  const fixture = await openShipping();
  const shipping = fixture.start();
  shipping.hold(fixture.key, { isNew: true });
  fixture.write(content);
  expect(await shipping.complete(fixture.key, content.length)).toBe("complete");
  await expectAll(fixture);
  expect((await fixture.store.attempts.find(fixture.attempt))?.outputBytes).toBe(content.length);
});

it("sends what is followed at once, and the rest from time to time", async () => {
  const fixture = await openShipping();
  const shipping = fixture.start({ restMs: 1_000_000 });
  shipping.hold(fixture.key, { isNew: true });
  const isThere = async (text: string) => (await readRecord(fixture.store, fixture.attempt)).bytes.toString() === text;
  fixture.write("one\n");
  shipping.followed(fixture.attempt);
  await waitFor("the first line", () => isThere("one\n"));
  appendFileSync(fixture.path, "two\n");
  await waitFor("the second line", () => isThere("one\ntwo\n"));
  expect(fixture.pokes).toContainEqual({ topic: "output", ...fixture.attempt });
  const small = await fixture.store.blocks.list({ ...fixture.attempt, fromBlock: 0, beyondByte: 0 });
  expect(small.blocks, "short pieces become one block").toHaveLength(1);

  const unfollowed = fixture.start({ restMs: 20 });
  unfollowed.hold(fixture.key, { isNew: false });
  appendFileSync(fixture.path, "three\n");
  await waitFor("the third line", () => isThere("one\ntwo\nthree\n"));
});

it("skips what the cap removes while it sends, and takes back what it had sent of it", async () => {
  const fixture = await openShipping();
  const shipping = fixture.start({ restMs: 1 });
  shipping.hold(fixture.key, { isNew: true });
  shipping.followed(fixture.attempt);
  const writer = startWriter(fixture, "seq 1 3000000");
  const cap = 4 * mebibyte;
  let isWriting = true;
  void writer.exited.then(() => {
    isWriting = false;
  });
  while (isWriting) {
    await fixture.output.cap(fixture.attempt, cap);
  }
  const gap = await fixture.output.cap(fixture.attempt, cap);
  expect(gap).not.toBeNull();
  await shipping.complete(fixture.key, await fixture.output.size(fixture.attempt));
  await expectAll(fixture);
  const { blocks } = await fixture.store.blocks.list({ ...fixture.attempt, fromBlock: 0, beyondByte: 0 });
  const inside = blocks.filter((block) => {
    const isWithin = gap !== null && block.firstByte >= gap.first && block.firstByte + block.length <= gap.last + 1;
    return isWithin;
  });
  expect(inside, "no block lies wholly inside the gap").toEqual([]);
});

it("goes on after a death at any point without a byte missing or there twice", async () => {
  const fixture = await openShipping();
  const content = Buffer.concat([noise(2 * mebibyte), Buffer.from("a".repeat(3 * mebibyte)), everyByte]);
  fixture.write(content);
  for (let life = 0; life < 12; life += 1) {
    // Dies before the record took a block, or after it did and before anybody heard of it.
    let blocksToLive = life % 3;
    const isBefore = life % 2 === 0;
    const dead = Promise.withResolvers<never>();
    dead.promise.catch(() => undefined);
    const shipping = fixture.start({
      blocks: {
        async append(block) {
          if (blocksToLive > 0) {
            blocksToLive -= 1;
            return fixture.store.blocks.append(block);
          }
          if (!isBefore) {
            await fixture.store.blocks.append(block);
          }
          shipping.stop();
          throw new Error("killed");
        },
      },
    });
    shipping.hold(fixture.key, { isNew: life === 0 });
    await shipping.complete(fixture.key, Math.min(content.length, (life + 1) * 700_001));
  }
  const last = fixture.start();
  last.hold(fixture.key, { isNew: false });
  expect(await last.complete(fixture.key, content.length)).toBe("complete");
  await expectAll(fixture);
  const idle = fixture.start({ blocks: { append: () => Promise.reject(new Error("nothing is left to send")) } });
  idle.hold(fixture.key, { isNew: false });
  expect(await idle.complete(fixture.key, content.length)).toBe("complete");
});

it("tries until the database answers", async () => {
  const fixture = await openShipping();
  let failures = 2;
  const shipping = fixture.start({
    blocks: {
      async append(block) {
        const isApplied = await fixture.store.blocks.append(block);
        failures -= 1;
        if (failures >= 0) {
          throw new Error("the answer was lost");
        }
        return isApplied;
      },
    },
  });
  shipping.hold(fixture.key, { isNew: true });
  const content = noise(mebibyte + 5);
  fixture.write(content);
  expect(await shipping.complete(fixture.key, content.length)).toBe("complete");
  await expectAll(fixture);
});

it("sends nothing of an attempt that the record gave to nobody or to another", async () => {
  const fixture = await openShipping();
  const shipping = fixture.start();
  shipping.hold(fixture.key, { isNew: true });
  fixture.write("late");
  await fixture.store.attempts.finish(anEnd(fixture.key, { outcome: "lost", outputBytes: 0 }));
  expect(await shipping.complete(fixture.key, 4)).toBe("fenced");
  expect((await readRecord(fixture.store, fixture.attempt)).bytes).toHaveLength(0);
  shipping.ended(fixture.key, { isOurs: false });
  await waitFor("its file to go", () => !existsSync(fixture.path));
});

it("lets small outputs pass a large one", async () => {
  const fixture = await openShipping();
  let largeBlocks = 0;
  const shipping = fixture.start({
    blocks: {
      append(block) {
        largeBlocks += block.taskId === fixture.key.taskId ? 1 : 0;
        return fixture.store.blocks.append(block);
      },
    },
  });
  const content = noise(40 * mebibyte);
  fixture.write(content);
  shipping.hold(fixture.key, { isNew: true });
  const large = shipping.complete(fixture.key, content.length);
  for (let count = 0; count < 5; count += 1) {
    const small = await fixture.addAttempt();
    appendFileSync(fixture.output.prepare(small), "small\n");
    shipping.hold(small, { isNew: true });
    const before = largeBlocks;
    await shipping.complete(small, 6);
    expect(largeBlocks - before, "a small one waits for few of the large one's blocks").toBeLessThan(8);
  }
  expect(largeBlocks).toBeLessThan(40);
  await large;
});

it("removes a file only once the record has its bytes and its end", async () => {
  const fixture = await openShipping();
  fixture.write("kept");
  const shipping = fixture.start();
  shipping.hold(fixture.key, { isNew: true });
  await shipping.complete(fixture.key, 4);
  shipping.stop();
  expect(existsSync(fixture.path)).toBe(true);
  await fixture.store.attempts.finish(anEnd(fixture.key, { outputBytes: 4 }));
  // A start finds what a death between end and removal left behind.
  fixture.start();
  await waitFor("the file to go", () => !existsSync(fixture.path));
});

it("keeps the file of an ended attempt that was never sent", async () => {
  const fixture = await openShipping();
  fixture.write("written when outputs stayed on the node");
  await fixture.store.attempts.finish(anEnd(fixture.key, { outputBytes: 39 }));
  const sent = await fixture.addAttempt();
  const path = fixture.output.prepare(sent);
  appendFileSync(path, "x");
  const shipping = fixture.start();
  shipping.ended(sent, { isOurs: true });
  await waitFor("the other one's file to go", () => !existsSync(path));
  expect(existsSync(fixture.path)).toBe(true);
});

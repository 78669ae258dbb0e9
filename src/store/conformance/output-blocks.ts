import { beforeEach, expect, test } from "vitest";
import type { OutputBlock } from "../output-blocks.ts";
import type { AttemptKey } from "../store.ts";
import { addNode, addRunning, addUser, anEnd } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

const mebibyte = 1024 * 1024;

export function outputBlocksConformance(current: Current): void {
  let key: AttemptKey;
  let ref: { taskId: number; attempt: number };
  beforeEach(async () => {
    const ann = (await addUser(current.store, "ann")).id;
    key = await addRunning(current.store, ann, await addNode(current.store));
    ref = { taskId: key.taskId, attempt: key.attempt };
  });

  const blockOf = (firstByte: number, text: string | Uint8Array): OutputBlock => {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    return { firstByte, length: bytes.length, encoding: "raw", bytes };
  };
  const append = (block: OutputBlock, by = key) => current.store.blocks.append({ ...by, ...block });
  const listAll = () => current.store.blocks.list({ ...ref, fromBlock: 0, beyondByte: 0 });
  const placesOf = (blocks: OutputBlock[]) => blocks.map(({ firstByte, length }) => [firstByte, length]);

  test("blocks come back in order, byte for byte", async () => {
    const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await append(blockOf(0, "hello\n"));
    await append({ ...blockOf(6, everyByte), length: 300, encoding: "zstd" });
    const { blocks, gap } = await listAll();
    expect(gap).toBeNull();
    expect(blocks.map(({ bytes, ...rest }) => ({ ...rest, bytes: [...bytes] }))).toEqual([
      { firstByte: 0, length: 6, encoding: "raw", bytes: [...Buffer.from("hello\n")] },
      { firstByte: 6, length: 300, encoding: "zstd", bytes: [...everyByte] },
    ]);
    expect(await current.store.blocks.last(ref)).toEqual({ firstByte: 6, length: 300 });
    expect(await current.store.blocks.last({ ...ref, attempt: 2 })).toBeNull();
  });

  test("the record knows how far the output goes", async () => {
    await append(blockOf(0, "12345"));
    expect((await current.store.attempts.find(ref))?.outputBytes).toBe(5);
    expect((await current.store.tasks.find({ id: key.taskId }))?.outputBytes).toBe(5);
  });

  test("a block that comes twice is there once, and a longer one takes its place", async () => {
    expect(await append(blockOf(0, "abc"))).toBe(true);
    expect(await append(blockOf(0, "abc"))).toBe(true);
    expect(await append(blockOf(0, "abcdef"))).toBe(true);
    expect(await append(blockOf(0, "abc"))).toBe(true);
    const { blocks } = await listAll();
    expect(blocks.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["abcdef"]);
  });

  test("what is not the node's, or is over, is not taken", async () => {
    const otherNode = await addNode(current.store, "node-2");
    expect(await append(blockOf(0, "x"), { ...key, nodeId: otherNode })).toBe(false);
    expect(await append(blockOf(0, "x"), { ...key, attempt: 2 })).toBe(false);
    await current.store.attempts.finish(anEnd(key));
    expect(await append(blockOf(0, "x"))).toBe(false);
    expect(await current.store.blocks.dropInside({ ...key, gap: { first: 0, last: 9 }, end: 20 })).toBe(false);
    expect((await listAll()).blocks).toEqual([]);
    expect((await current.store.attempts.find(ref))?.outputBytes).toBe(77);
  });

  test("a reader goes on from the block it saw last, also when that one has grown", async () => {
    await append(blockOf(0, "0123"));
    await append(blockOf(4, "45"));
    const from = { ...ref, fromBlock: 4, beyondByte: 6 };
    expect((await current.store.blocks.list(from)).blocks).toEqual([]);
    await append(blockOf(4, "4567"));
    await append(blockOf(8, "89"));
    const { blocks } = await current.store.blocks.list(from);
    expect(placesOf(blocks)).toEqual([
      [4, 4],
      [8, 2],
    ]);
  });

  test("a page ends after a few MiB and goes on where it ended", async () => {
    for (let index = 0; index < 6; index += 1) {
      await append(blockOf(index * mebibyte, new Uint8Array(mebibyte).fill(index)));
    }
    const first = await listAll();
    expect(first.blocks).toHaveLength(4);
    const last = first.blocks.at(-1)?.firstByte ?? 0;
    const rest = await current.store.blocks.list({ ...ref, fromBlock: last, beyondByte: last + mebibyte });
    expect(placesOf(rest.blocks)).toEqual([
      [4 * mebibyte, mebibyte],
      [5 * mebibyte, mebibyte],
    ]);
  });

  test("blocks wholly inside what the cap removed go, and the range is told", async () => {
    for (const firstByte of [0, 10, 20, 30, 40]) {
      await append(blockOf(firstByte, "x".repeat(10)));
    }
    const gap = { first: 15, last: 39 };
    expect(await current.store.blocks.dropInside({ ...key, gap, end: 50 })).toBe(true);
    const listed = await listAll();
    expect(placesOf(listed.blocks).map(([firstByte]) => firstByte)).toEqual([0, 10, 40]);
    expect(listed.gap).toEqual(gap);
    expect((await current.store.attempts.find(ref))?.outputGap).toEqual(gap);
  });

  test("a reader is told whether more can come", async () => {
    await append(blockOf(0, "x"));
    expect((await listAll()).isOver).toBe(false);
    await current.store.attempts.finish(anEnd(key, { outputGap: { first: 5, last: 6 } }));
    expect(await listAll()).toMatchObject({ isOver: true, gap: { first: 5, last: 6 } });
  });

  test("blocks go with their task", async () => {
    await append(blockOf(0, "x"));
    await current.store.attempts.finish(anEnd(key));
    await current.store.tasks.removeEnded({ endedBefore: 1_000_000, limit: 10 });
    expect((await listAll()).blocks).toEqual([]);
    expect(await current.store.blocks.last(ref)).toBeNull();
  });

  test("tasks with much output are removed a few at once, until none is left", async () => {
    const zeros = new Uint8Array(10);
    const ann = (await current.store.users.find({ username: "ann" }))?.id ?? 0;
    for (let count = 0; count < 3; count += 1) {
      const one = await addRunning(current.store, ann, key.nodeId);
      await append({ firstByte: 0, length: 200 * mebibyte, encoding: "zstd", bytes: zeros }, one);
      await current.store.attempts.finish(anEnd(one));
    }
    const remove = async () => (await current.store.tasks.removeEnded({ endedBefore: 1_000_000, limit: 10 })).tasks;
    expect([await remove(), await remove(), await remove(), await remove()]).toEqual([1, 1, 1, 0]);
  });
}

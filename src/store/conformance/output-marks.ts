import { beforeEach, expect, test } from "vitest";
import type { MarksRow } from "../output-marks.ts";
import type { AttemptKey } from "../store.ts";
import { addNode, addRunning, addUser, anEnd } from "./sample.ts";
import type { Current } from "./store-conformance.ts";

export function outputMarksConformance(current: Current): void {
  let key: AttemptKey;
  let ref: { taskId: number; attempt: number };
  beforeEach(async () => {
    const ann = (await addUser(current.store, "ann")).id;
    key = await addRunning(current.store, ann, await addNode(current.store));
    ref = { taskId: key.taskId, attempt: key.attempt };
  });

  const rowOf = (firstByte: number, endByte: number, text = `${firstByte} ${endByte}\n`): MarksRow => {
    return { firstByte, endByte, text };
  };
  const append = (row: MarksRow, by = key) => current.store.marks.append({ ...by, ...row });
  const list = async (first: number, end: number) => {
    const { rows, isMore } = await current.store.marks.list({ ...ref, first, end });
    return { places: rows.map(({ firstByte, endByte }) => [firstByte, endByte]), isMore };
  };
  const everything = [0, Number.MAX_SAFE_INTEGER] as const;

  test("rows come back in order, character for character, beyond 32 bits too", async () => {
    const far = rowOf(2 ** 41, 2 ** 42, `${"           whole                \n".repeat(1985)}`);
    const rows = [rowOf(0, 6, "              0               5\n"), far];
    for (const row of rows) {
      expect(await append(row)).toBe(true);
    }
    expect(await current.store.marks.list({ ...ref, first: 0, end: 2 ** 43 })).toEqual({ rows, isMore: false });
    expect(await current.store.marks.last(ref)).toEqual(far);
    expect(await current.store.marks.last({ ...ref, attempt: 2 })).toBeNull();
  });

  test("a row that comes twice is there once, and one with as many lines or more takes its place", async () => {
    for (const row of [rowOf(5, 7, "a\n"), rowOf(5, 7, "a\n"), rowOf(5, 8, "b\n"), rowOf(5, 9, "b\nc\n")]) {
      expect(await append(row)).toBe(true);
      expect(await current.store.marks.last(ref)).toEqual(row);
    }
    expect(await append(rowOf(5, 7, "a\n"))).toBe(true);
    expect(await current.store.marks.list({ ...ref, first: 0, end: 9 })).toEqual({
      rows: [rowOf(5, 9, "b\nc\n")],
      isMore: false,
    });
  });

  test("what is not the node's, or is over, is not taken", async () => {
    const otherNode = await addNode(current.store, "node-2");
    expect(await append(rowOf(0, 1))).toBe(true);
    expect(await append(rowOf(1, 2))).toBe(true);
    const gap = { first: 0, last: 9 };
    for (const wrong of [
      { ...key, nodeId: otherNode },
      { ...key, attempt: 2 },
    ]) {
      expect(await append(rowOf(3, 4), wrong)).toBe(false);
      expect(await current.store.marks.dropInside({ ...wrong, gap })).toBe(false);
    }
    await current.store.attempts.finish(anEnd(key));
    expect(await append(rowOf(3, 4))).toBe(false);
    expect(await current.store.marks.dropInside({ ...key, gap })).toBe(false);
    expect((await list(...everything)).places).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test("what is added changes nothing else about the task", async () => {
    const before = [await current.store.tasks.find({ id: key.taskId }), await current.store.attempts.find(ref)];
    await append(rowOf(0, 10));
    expect([await current.store.tasks.find({ id: key.taskId }), await current.store.attempts.find(ref)]).toEqual(
      before,
    );
  });

  test("of a window those rows are found that have marks in it, or may have", async () => {
    for (const [first, end] of [
      [10, 20],
      [20, 25],
      [40, 60],
      [60, 60],
    ] as const) {
      await append(rowOf(first, end));
    }
    expect((await list(0, 10)).places).toEqual([]);
    expect((await list(0, 11)).places).toEqual([[10, 20]]);
    expect((await list(19, 20)).places).toEqual([[10, 20]]);
    expect((await list(20, 21)).places).toEqual([[20, 25]]);
    expect((await list(25, 40)).places).toEqual([]);
    expect((await list(24, 41)).places).toEqual([
      [20, 25],
      [40, 60],
    ]);
    expect((await list(59, 60)).places).toEqual([[40, 60]]);
    expect((await list(60, 1000)).places).toEqual([]);
  });

  test("of many rows some come at once, and the rest when it is asked for", async () => {
    for (let index = 0; index < 70; index += 1) {
      await append(rowOf(index * 10, index * 10 + 5));
    }
    const first = await list(...everything);
    expect(first.isMore).toBe(true);
    const next = first.places.at(-1)?.[1] ?? 0;
    const rest = await list(next, 700);
    expect(rest.isMore).toBe(false);
    expect([...first.places, ...rest.places]).toEqual(
      Array.from({ length: 70 }, (_, index) => [index * 10, index * 10 + 5]),
    );
  });

  test("rows wholly inside what the cap removed go, but for the last one", async () => {
    for (const firstByte of [0, 10, 20, 30, 40]) {
      await append(rowOf(firstByte, firstByte + 10));
    }
    expect(await current.store.marks.dropInside({ ...key, gap: { first: 5, last: 28 } })).toBe(true);
    const places = (await list(...everything)).places;
    expect(places.map(([first]) => first)).toEqual([0, 20, 30, 40]);
    expect(await current.store.marks.dropInside({ ...key, gap: { first: 5, last: 100 } })).toBe(true);
    expect((await list(...everything)).places).toEqual([
      [0, 10],
      [40, 50],
    ]);
    expect(await current.store.marks.last(ref)).toEqual(rowOf(40, 50));
  });

  test("marks go with their task", async () => {
    await append(rowOf(0, 1));
    await current.store.attempts.finish(anEnd(key));
    expect((await current.store.tasks.removeEnded({ endedBefore: 1_000_000, limit: 10 })).tasks).toBe(1);
    expect((await list(...everything)).places).toEqual([]);
    expect(await current.store.marks.last(ref)).toBeNull();
  });

  test("marks count for how many tasks are removed at once, beside the output", async () => {
    const ann = (await current.store.users.find({ username: "ann" }))?.id ?? 0;
    const mebibyte = 1024 * 1024;
    for (const length of [200 * mebibyte, 55 * mebibyte]) {
      const one = await addRunning(current.store, ann, key.nodeId);
      const block = { firstByte: 0, length, encoding: "zstd", bytes: new Uint8Array(10) } as const;
      await current.store.blocks.append({ ...one, ...block });
      // Of 64 KiB each, as far as anybody knows: two MiB.
      for (let index = 0; index < 32; index += 1) {
        await append(rowOf(index, index + 1), one);
      }
      await current.store.attempts.finish(anEnd(one));
    }
    const remove = async () => (await current.store.tasks.removeEnded({ endedBefore: 1_000_000, limit: 10 })).tasks;
    expect([await remove(), await remove(), await remove()]).toEqual([1, 1, 0]);
  });
}

/** @module-tag whole */
import { appendFileSync, closeSync, existsSync, openSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { expect, it } from "vitest";
import { waitFor } from "../../output/file/output-fixture.ts";
import { closingLines, markLine, markLineBytes, type StderrMark, wholeLine } from "../../output/stderr-marks.ts";
import { anEnd } from "../../store/conformance/sample.ts";
import { finish, held, linesOf, markAt, marksTo, openMarked } from "./marked-fixture.ts";

/** Which bytes came from standard error, on their way to the record. */
it.each([
  ["nothing written to standard error", []],
  ["a few", marksTo(3)],
  ["as many as a row has", marksTo(2046)],
  ["one more", marksTo(2047)],
  ["many rows", marksTo(50_000)],
])("brings all marks to the record before the end, and that they are whole: %s", async (_, marks) => {
  const fixture = await openMarked();
  const shipping = fixture.start();
  shipping.hold(fixture.key, held);
  const size = marks.length * 10 + 2;
  fixture.write(Buffer.alloc(size, "x"));
  fixture.addMarks(marks);
  appendFileSync(fixture.recordPath, wholeLine);
  expect(await shipping.complete(fixture.key, size)).toBe("complete");
  await finish(fixture, size);
  expect(await fixture.recorded()).toEqual({ marks, isWhole: true, unmarkedFrom: null });
  const rows = await fixture.rows();
  expect(rows.every(({ text }) => text.length <= 64 * 1024)).toBe(true);
});

it("brings from which byte on nothing is marked", async () => {
  const fixture = await openMarked();
  const shipping = fixture.start();
  shipping.hold(fixture.key, held);
  fixture.write("x".repeat(100));
  fixture.addMarks(marksTo(3));
  appendFileSync(fixture.recordPath, closingLines(70));
  expect(await shipping.complete(fixture.key, 100)).toBe("complete");
  expect(await fixture.recorded()).toEqual({ marks: marksTo(3), isWhole: true, unmarkedFrom: 70 });
});

it("an attempt without marks has none elsewhere, and asks the database nothing", async () => {
  const fixture = await openMarked();
  const never = () => Promise.reject(new Error("There is nothing to ask about marks."));
  const shipping = fixture.start({ marks: { append: never, last: never, dropInside: never } });
  shipping.hold(fixture.key, { isNew: true, isMarked: false });
  fixture.write("plain\n");
  expect(await shipping.complete(fixture.key, 6)).toBe("complete");
  expect(await fixture.recorded()).toBeNull();
});

it("a mark that comes after its bytes were sent is sent too, and one that grows in its place", async () => {
  const fixture = await openMarked();
  const shipping = fixture.start({ restMs: 1 });
  shipping.hold(fixture.key, held);
  fixture.write("0123456789");
  await waitFor("the bytes", async () => (await fixture.store.blocks.last(fixture.key))?.length === 10);
  expect(await fixture.recorded()).toBeNull();
  const isThere = async (marks: StderrMark[]) =>
    JSON.stringify((await fixture.recorded())?.marks) === JSON.stringify(marks);
  fixture.addMarks([{ first: 2, last: 4 }]);
  await waitFor("their mark", () => isThere([{ first: 2, last: 4 }]));
  const file = openSync(fixture.recordPath, "r+");
  writeSync(file, markLine({ first: 2, last: 7 }), 0);
  await waitFor("what it grew", () => isThere([{ first: 2, last: 7 }]));
  expect(await fixture.rows(), "short rows become one").toHaveLength(1);
  fixture.addMarks(marksTo(200, 1));
  await waitFor("a row that grows no more", () => isThere([{ first: 2, last: 7 }, ...marksTo(200, 1)]));
  writeSync(file, markLine({ first: 1990, last: 1999 }), 199 * markLineBytes);
  await waitFor("what came when its row was left", async () => {
    const marks = (await fixture.recorded({ first: 1990, end: 3000 }))?.marks ?? [];
    return JSON.stringify(marks) === JSON.stringify([markAt(199), { first: 1992, last: 1999 }]);
  });
  closeSync(file);
});

it("a line that is half written waits until it is there", async () => {
  const fixture = await openMarked();
  const shipping = fixture.start({ restMs: 1_000_000 });
  shipping.hold(fixture.key, held);
  fixture.write("x".repeat(100));
  const second = markLine(markAt(1));
  appendFileSync(fixture.recordPath, markLine(markAt(0)) + second.slice(0, 13));
  shipping.followed(fixture.attempt);
  await waitFor("the first mark", async () => (await fixture.recorded()) !== null);
  expect(await fixture.recorded()).toEqual({ marks: [markAt(0)], isWhole: false, unmarkedFrom: null });
  appendFileSync(fixture.recordPath, second.slice(13));
  expect(await shipping.complete(fixture.key, 100)).toBe("complete");
  expect(await fixture.recorded(), "without its last line it is not whole").toEqual({
    marks: [markAt(0), markAt(1)],
    isWhole: false,
    unmarkedFrom: null,
  });
});

it("goes on after a death at any point without a mark missing or there twice", async () => {
  const fixture = await openMarked();
  const marks = marksTo(9000);
  fixture.write(Buffer.alloc(90_000, "x"));
  for (let life = 0; life < 12; life += 1) {
    // Dies before the record took a row, or after it did and before anybody heard of it.
    let rowsToLive = life % 3;
    const isBefore = life % 2 === 0;
    const shipping = fixture.start({
      marks: {
        async append(row) {
          if (rowsToLive > 0) {
            rowsToLive -= 1;
            return fixture.store.marks.append(row);
          }
          if (!isBefore) {
            await fixture.store.marks.append(row);
          }
          shipping.stop();
          throw new Error("killed");
        },
      },
    });
    shipping.hold(fixture.key, { isNew: life === 0, isMarked: true });
    fixture.addMarks(marks.slice(life * 701, (life + 1) * 701));
    await shipping.complete(fixture.key, 90_000);
  }
  fixture.addMarks(marks.slice(12 * 701));
  appendFileSync(fixture.recordPath, wholeLine);
  const last = fixture.start();
  last.hold(fixture.key, { isNew: false, isMarked: true });
  expect(await last.complete(fixture.key, 90_000)).toBe("complete");
  expect(await fixture.recorded()).toEqual({ marks, isWhole: true, unmarkedFrom: null });
  const idle = fixture.start({ marks: { append: () => Promise.reject(new Error("nothing is left to send")) } });
  idle.hold(fixture.key, { isNew: false, isMarked: true });
  expect(await idle.complete(fixture.key, 90_000)).toBe("complete");
});

it("tries until the database answers, though more marks come meanwhile", async () => {
  const fixture = await openMarked();
  let failures = 2;
  const shipping = fixture.start({
    marks: {
      async append(row) {
        const isApplied = await fixture.store.marks.append(row);
        failures -= 1;
        if (failures >= 0) {
          fixture.addMarks(marksTo(2 - failures + 1, 2 - failures));
          throw new Error("the answer was lost");
        }
        return isApplied;
      },
    },
  });
  shipping.hold(fixture.key, held);
  fixture.write("x".repeat(40));
  fixture.addMarks(marksTo(1));
  expect(await shipping.complete(fixture.key, 40)).toBe("complete");
  expect((await fixture.recorded())?.marks).toEqual(marksTo(3));
  expect(await fixture.rows()).toHaveLength(1);
});

it("sends no mark of an attempt that the record gave to another", async () => {
  const fixture = await openMarked();
  const shipping = fixture.start();
  shipping.hold(fixture.key, held);
  fixture.write("late");
  fixture.addMarks([{ first: 0, last: 3 }]);
  await fixture.store.attempts.finish(anEnd(fixture.key, { outcome: "lost", outputBytes: 0 }));
  expect(await shipping.complete(fixture.key, 4)).toBe("fenced");
  expect(await fixture.recorded()).toBeNull();
  shipping.ended(fixture.key, { isOurs: false });
  await waitFor("its files to go", () => !existsSync(fixture.path) && !existsSync(fixture.recordPath));
});

it("marks of what the cap removed are skipped, taken back, and missed by nobody", async () => {
  const fixture = await openMarked();
  const mebibyte = 1024 * 1024;
  fixture.write(Buffer.alloc(mebibyte, "x"));
  fixture.addMarks(marksTo(90_000));
  const first = fixture.start();
  first.hold(fixture.key, held);
  expect(await first.complete(fixture.key, mebibyte)).toBe("complete");
  const before = (await fixture.rows()).length;
  appendFileSync(fixture.path, Buffer.alloc(7 * mebibyte, "x"));
  fixture.addMarks(marksTo(800_000, 90_000));
  appendFileSync(fixture.recordPath, wholeLine);
  const gap = await fixture.output.cap(fixture.attempt, mebibyte);
  const { first: gapFirst = 0, last: gapLast = 0 } = gap ?? {};
  expect(gapLast).toBeGreaterThan(7 * mebibyte);
  let sentLines = 0;
  const second = fixture.start({
    marks: {
      append(row) {
        sentLines += row.text.length / markLineBytes;
        return fixture.store.marks.append(row);
      },
    },
  });
  second.hold(fixture.key, { isNew: false, isMarked: true });
  expect(await second.complete(fixture.key, 8 * mebibyte)).toBe("complete");
  await finish(fixture, 8 * mebibyte);
  expect(sentLines, "those of what is there, not of what was").toBeLessThan(60_000);
  const kept = marksTo(800_000).filter(({ first, last }) => first < gapFirst || last > gapLast);
  const found: StderrMark[] = [];
  for (const range of [
    { first: 0, end: gapFirst },
    { first: gapLast + 1, end: 8 * mebibyte },
  ]) {
    const part = await fixture.recorded(range);
    expect(part?.isWhole).toBe(true);
    found.push(...(part?.marks ?? []).filter(({ last }) => last < gapFirst || last > gapLast));
  }
  expect(found).toEqual(kept);
  const inside = (await fixture.rows()).filter(
    ({ firstByte, endByte }) => firstByte >= gapFirst && endByte <= gapLast + 1,
  );
  expect(inside.length, "at most the one the node goes on from").toBeLessThanOrEqual(1);
  expect(before).toBeGreaterThan(40);
  fixture.start();
  await waitFor("its files to go, all being sent", () => !existsSync(fixture.path) && !existsSync(fixture.recordPath));
});

it("a row whose answer was lost is not sent once more in parts when the cap strikes meanwhile", async () => {
  const fixture = await openMarked();
  fixture.write("x".repeat(20_000));
  fixture.addMarks(marksTo(200));
  let failures = 0;
  const shipping = fixture.start({
    marks: {
      async append(row) {
        const isApplied = await fixture.store.marks.append(row);
        if (row.endByte > 10_000 && failures === 0) {
          failures += 1;
          symlinkSync("1500-5999", `${fixture.path}.gap`);
          throw new Error("the answer was lost");
        }
        return isApplied;
      },
    },
    restMs: 1,
  });
  shipping.hold(fixture.key, held);
  await waitFor("the first row", async () => (await fixture.recorded()) !== null);
  fixture.addMarks(marksTo(2000, 200));
  expect(await shipping.complete(fixture.key, 20_000)).toBe("complete");
  expect(failures).toBe(1);
  expect((await fixture.recorded())?.marks).toEqual(marksTo(2000));
});

it.each([
  ["its last mark", linesOf(marksTo(2)), linesOf(marksTo(3))],
  ["that it is whole", linesOf(marksTo(2)), linesOf(marksTo(2)) + wholeLine],
  ["the record of one that marked nothing", "", wholeLine],
])("a restart keeps the files of an attempt whose bytes were sent, but not %s", async (_, sent, unsent) => {
  const fixture = await openMarked();
  const shipping = fixture.start();
  shipping.hold(fixture.key, held);
  fixture.write("x".repeat(30));
  writeFileSync(fixture.recordPath, sent);
  expect(await shipping.complete(fixture.key, 30)).toBe("complete");
  shipping.stop();
  await finish(fixture, 30);
  writeFileSync(fixture.recordPath, unsent);
  const other = await fixture.addAttempt();
  const otherPath = fixture.output.prepare(other);
  const again = fixture.start();
  // What was found at the start is due before the second of these goes.
  for (const which of ["one", "the next one"]) {
    writeFileSync(otherPath, "");
    again.ended(other, { isOurs: true });
    await waitFor(`${which} to go`, () => !existsSync(otherPath));
  }
  expect(existsSync(fixture.path) && existsSync(fixture.recordPath)).toBe(true);
  again.stop();
  writeFileSync(fixture.recordPath, sent);
  fixture.start();
  await waitFor("both to go once there is nothing more", () => !existsSync(fixture.path));
  expect(existsSync(fixture.recordPath)).toBe(false);
});

it("what no copier wrote into the record holds nothing up", async () => {
  const fixture = await openMarked();
  const shipping = fixture.start();
  shipping.hold(fixture.key, held);
  fixture.write("x".repeat(100));
  const odd = [
    `${"\0".repeat(31)}\n`,
    `${"9".repeat(15)} ${"9".repeat(15)}\n`,
    markLine({ first: 5, last: 3 }),
    `${"30".padStart(10)} ${"1".repeat(20)}\n`,
    markLine({ first: 0, last: 9 }),
  ];
  appendFileSync(fixture.recordPath, linesOf(marksTo(2)) + odd.join("").repeat(1000) + wholeLine);
  expect(await shipping.complete(fixture.key, 100)).toBe("complete");
  expect((await fixture.recorded({ first: 0, end: 20 }))?.marks).toEqual(marksTo(2));
  const numbers = (await fixture.rows()).map(({ endByte }) => endByte);
  expect(
    numbers.filter((endByte) => endByte > 10 ** 15),
    "numbers that every database takes",
  ).toEqual([]);
});

import { appendFileSync, existsSync, rmSync } from "node:fs";
import { expect, it } from "vitest";
import { waitFor } from "../../output/file/output-fixture.ts";
import { createPlacedOutput } from "../../output/mirror/placed-output.ts";
import type { OutputStore } from "../../output/output.ts";
import { markLine, wholeLine } from "../../output/stderr-marks.ts";
import { everything, finish, held, marksTo, openMarked } from "./marked-fixture.ts";

/** Marks as another machine reads them. */
it("reads a window of many marks elsewhere as here", async () => {
  const fixture = await openMarked();
  const shipping = fixture.start();
  shipping.hold(fixture.key, held);
  fixture.write("x");
  fixture.addMarks(marksTo(140_000));
  expect(await shipping.complete(fixture.key, 1_400_000)).toBe("complete");
  for (const range of [
    { first: 0, end: 1 },
    { first: 1, end: 2 },
    { first: 2, end: 10 },
    { first: 20_469, end: 20_472 },
    { first: 20_470, end: 20_470 },
    { first: 20_472, end: 41_000, most: 7 },
    { first: 700_000, end: 1_300_000, most: 50_000 },
    { first: 0, end: 1_400_000, most: 140_000 },
    { first: 1_399_992, end: 2_000_000 },
  ]) {
    const here = await fixture.output.stderrMarks(fixture.attempt, range);
    expect(await fixture.recorded(range), JSON.stringify(range)).toEqual(here);
  }
});

it("reads all that is asked for, though it is in many short rows", async () => {
  const fixture = await openMarked();
  for (const mark of marksTo(150)) {
    const row = { firstByte: mark.first, endByte: mark.last + 1, text: markLine(mark) };
    await fixture.store.marks.append({ ...fixture.key, ...row });
  }
  const read = (range: { first: number; end: number; most?: number }) =>
    fixture.mirror.stderrMarks(fixture.attempt, range);
  expect((await fixture.recorded())?.marks).toEqual(marksTo(150));
  expect((await read({ first: 31, end: 1391 }))?.marks).toEqual(marksTo(140, 3).filter(({ last }) => last >= 31));
  expect((await read({ ...everything, most: 100 }))?.marks).toEqual(marksTo(100));
});

it("who looks at the marks as it runs has the node send what is new", async () => {
  const fixture = await openMarked();
  const shipping = fixture.start({ restMs: 1_000_000 });
  const { mirror } = fixture.openMirror({ announce: (attempt) => shipping.followed(attempt) });
  fixture.write("0123456789");
  fixture.addMarks([{ first: 2, last: 4 }]);
  shipping.hold(fixture.key, held);
  await waitFor("the mark", async () => (await mirror.stderrMarks(fixture.attempt, everything)) !== null);
});

it("marks are read where they are: here while it runs, in the record once the files are gone", async () => {
  const fixture = await openMarked();
  const shipping = fixture.start();
  const isHeldHere = shipping.isHeld.bind(shipping);
  const placed: Pick<OutputStore, "stderrMarks"> = createPlacedOutput({
    here: fixture.output,
    elsewhere: fixture.mirror,
    isHeldHere,
  });
  const read = () => placed.stderrMarks(fixture.attempt, everything);
  shipping.hold(fixture.key, held);
  expect(await read()).toBeNull();
  fixture.write("0123456789");
  fixture.addMarks([{ first: 2, last: 4 }]);
  expect(await read()).toEqual({ marks: [{ first: 2, last: 4 }], isWhole: false, unmarkedFrom: null });
  appendFileSync(fixture.recordPath, wholeLine);
  expect(await shipping.complete(fixture.key, 10)).toBe("complete");
  await finish(fixture, 10);
  const whole = { marks: [{ first: 2, last: 4 }], isWhole: true, unmarkedFrom: null };
  expect(await read()).toEqual(whole);
  // As in the middle of a removal.
  rmSync(fixture.recordPath);
  expect(await read()).toEqual(whole);
  shipping.ended(fixture.key, { isOurs: true });
  await waitFor("the output to go", () => !existsSync(fixture.path));
  expect(await read()).toEqual(whole);
});

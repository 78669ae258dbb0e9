import { appendFileSync } from "node:fs";
import { expect } from "vitest";
import { markLine, type StderrMark, stderrMarksPath } from "../../output/stderr-marks.ts";
import { anEnd } from "../../store/conformance/sample.ts";
import { openShipping, type ShippingFixture } from "./shipping-fixture.ts";

/** All of an output. */
export const everything = { first: 0, end: Number.MAX_SAFE_INTEGER };
/** As the node holds an attempt it claimed just now. */
export const held = { isNew: true, isMarked: true };

/** Two bytes of standard error at every ten. */
export const markAt = (index: number): StderrMark => ({ first: index * 10, last: index * 10 + 1 });
/** Those from the first to before the count. */
export const marksTo = (count: number, first = 0) =>
  Array.from({ length: count - first }, (_, index) => markAt(first + index));
/** As the record has them. */
export const linesOf = (marks: readonly StderrMark[]) => marks.map(markLine).join("");

/** A running attempt whose standard error is marked. */
export async function openMarked() {
  const fixture = await openShipping();
  const recordPath = stderrMarksPath(fixture.path);
  const { mirror } = fixture.openMirror();
  /** As the copier does it: first the bytes, then their marks. */
  const addMarks = (marks: readonly StderrMark[]) => appendFileSync(recordPath, linesOf(marks));
  const recorded = (range = everything) => mirror.stderrMarks(fixture.attempt, range);
  const rows = async () => (await fixture.store.marks.list({ ...fixture.attempt, ...everything })).rows;
  return { ...fixture, mirror, recordPath, addMarks, recorded, rows };
}

/** Writes its end. */
export async function finish(fixture: ShippingFixture, outputBytes: number): Promise<void> {
  const outputGap = await fixture.output.gap(fixture.attempt);
  expect(await fixture.store.attempts.finish(anEnd(fixture.key, { outputBytes, outputGap }))).toBe("over");
}

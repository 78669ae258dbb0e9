import { expect, test } from "vitest";
import { extended, nothingSelected, selected, toggled } from "./selection.ts";

const shown = [9, 8, 7, 6, 5];

test("a task is selected and no longer", () => {
  const once = toggled(nothingSelected, 8);
  expect([...once.ids]).toEqual([8]);
  expect([...toggled(once, 8).ids]).toEqual([]);
});

test("a range goes from the last one touched, in both directions, and again from there", () => {
  const first = toggled(nothingSelected, 7);
  expect([...extended(first, 5, shown).ids]).toEqual([7, 6, 5]);
  expect([...extended(extended(first, 6, shown), 9, shown).ids]).toEqual([7, 6, 8, 9]);
  expect([...extended(nothingSelected, 6, shown).ids]).toEqual([6]);
});

test("no more than one order takes", () => {
  const many = Array.from({ length: 1500 }, (_, index) => index + 1);
  expect(selected(many).ids.size).toBe(1000);
  expect(toggled(selected(many), 1400).ids.size).toBe(1000);
  const range = extended(toggled(nothingSelected, 1), 1500, many);
  expect([range.ids.size, range.ids.has(1000), range.ids.has(1001)]).toEqual([1000, true, false]);
});

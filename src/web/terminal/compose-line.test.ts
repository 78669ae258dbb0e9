import { expect, test } from "vitest";
import { composeLine, plainText } from "./compose-line.ts";
import { styleAfter } from "./escape-sequences.ts";

const csi = "\u001b[";

test.each([
  ["10 %\r20 %\r30 %", "30 %", "the newest progress wins"],
  ["hello\rab", "abllo", "a shorter text overwrites only what it covers"],
  [`downloading…\r${csi}Kdone`, "done", "erasing to the end of the line is honoured"],
  ["abc\b\bX", "aXc", "a backspace moves one column back"],
  ["windows line\r", "windows line", "a carriage return before the line end is no overwriting"],
  [`${csi}2Acursor up${csi}?25l`, "cursor up", "other sequences vanish"],
  ["\u001b]8;;http://x\u0007link\u001b]8;;\u0007", "link", "hyperlinks leave their text"],
  ["\u001b(Bplain\u001b=", "plain", "character sets and keypad modes vanish"],
  ["bell\u0007 nul\u0000", "bell nul", "other control characters vanish"],
  [`cut ${csi}3`, "cut ", "an unfinished sequence is not shown"],
])("%j reads %j: %s", (raw, shown) => {
  expect(plainText(composeLine(raw, ""))).toBe(shown);
});

test("colours become names of the palette or rgb values", () => {
  const runs = composeLine(`${csi}31mred${csi}0m ${csi}38;5;208morange${csi}m${csi}38;2;1;2;3mtrue`, "");
  expect(runs.map((run) => [run.text, run.style?.foreground ?? null])).toEqual([
    ["red", "red"],
    [" ", null],
    ["orange", "rgb(255, 135, 0)"],
    ["true", "rgb(1, 2, 3)"],
  ]);
});

test("a later decoration does not change the text before it", () => {
  const [bold, both] = composeLine(`${csi}1mbold${csi}4mboth`, "");
  expect(bold?.style?.isUnderlined).toBe(false);
  expect(both?.style).toMatchObject({ isBold: true, isUnderlined: true });
});

test("reversed text has its colours swapped", () => {
  const [run] = composeLine(`${csi}31;42;7mswapped`, "");
  expect(run?.style).toMatchObject({ foreground: "green", background: "red" });
});

test("grep's colours survive its erase sequences", () => {
  const [match, rest] = composeLine(`${csi}01;31m${csi}Kmatch${csi}m${csi}K rest`, "");
  expect(match).toMatchObject({ text: "match", style: { foreground: "red", isBold: true } });
  expect(rest).toEqual({ text: " rest", style: null });
});

test("a style goes on over line ends until it is reset", () => {
  const carry = styleAfter(`${csi}1m${csi}32mfirst`, "");
  expect(composeLine("second", carry)[0]?.style).toMatchObject({ foreground: "green", isBold: true });
  expect(styleAfter(`end${csi}0m`, carry)).toBe("");
});

test("markup in the output stays text", () => {
  expect(composeLine("<b>&amp;</b>", "")).toEqual([{ text: "<b>&amp;</b>", style: null }]);
});

import { expect, test } from "vitest";
import { lastLineOf } from "./last-line.ts";

test.each([
  { written: "", shown: "" },
  { written: "\n\n  \n", shown: "" },
  { written: "one\ntwo\n", shown: "two" },
  { written: "one\ntwo, unfinished", shown: "two, unfinished" },
  { written: "one\r\ntwo\r\n\r\n", shown: "two" },
  { written: "10 %\r50 %\r100 %", shown: "100 %" },
  { written: "10 %\r50 %\r", shown: "50 %" },
  {
    written: "\u001b[31mred\u001b[0m and \u001b]8;;http://x\u0007link\u001b]8;;\u0007\n\u001b[2K\u001b[1G",
    shown: "red and link",
  },
  { written: "a\tb\u0000c", shown: "a b c" },
  { written: "x".repeat(300), shown: `${"x".repeat(199)}…` },
])("$written shows $shown", ({ written, shown }) => {
  expect(lastLineOf(Buffer.from(written))).toBe(shown);
});

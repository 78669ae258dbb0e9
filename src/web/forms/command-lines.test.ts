import { expect, test } from "vitest";
import { commandLines, withoutLines } from "./command-lines.ts";

const typed = "# nightly\nmake all\r\n\n  make test  \n\t# later\nmake # with a remark\n\n";

test("blank lines and comments are no commands, and are counted", () => {
  expect(commandLines(typed)).toEqual({
    lines: [
      { number: 2, command: "make all" },
      { number: 4, command: "make test" },
      { number: 6, command: "make # with a remark" },
    ],
    skipped: 3,
  });
});

test.each(["", "\n\n", "# only\n# comments"])("%j has no commands", (text) => {
  expect(commandLines(text)).toEqual({ lines: [], skipped: 0 });
});

test("one line, whatever ends it, is one command", () => {
  expect(commandLines("make\n")).toEqual({ lines: [{ number: 1, command: "make" }], skipped: 0 });
});

test("what was submitted goes and the rest stays as it was typed, with its comments", () => {
  expect(withoutLines("# a\none\ntwo\n\n  three", new Set([2, 5]))).toBe("# a\ntwo\n");
});

test("comments do not stay alone", () => {
  expect(withoutLines("# a\none\n\ntwo", new Set([2, 4]))).toBe("");
});

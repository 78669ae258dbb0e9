import { expect, test } from "vitest";
import { splitForMiddleCut } from "./middle-cut.ts";

test("a short command stays whole", () => {
  expect(splitForMiddleCut("make -j8 test")).toEqual({ head: "make -j8 test", tail: "" });
});

test("a long command keeps its last characters apart, and nothing is lost", () => {
  const command = "find . -name '*.jpg' -exec convert {} -resize 50% out/{} ;";
  const { head, tail } = splitForMiddleCut(command);
  expect(tail).toHaveLength(14);
  expect(head + tail).toBe(command);
});

test("line breaks are shown, and characters beyond the first plane are not torn", () => {
  expect(splitForMiddleCut("echo a\n  echo b").head).toBe("echo a ↵ echo b");
  const { head, tail } = splitForMiddleCut("😀".repeat(40));
  expect((head + tail).isWellFormed()).toBe(true);
});

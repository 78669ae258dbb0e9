import { expect, test } from "vitest";
import { LineBuffer } from "./line-buffer.ts";
import { indexOfLine } from "./line-index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("a line is found by its number, wherever the kept ones begin", () => {
  const buffer = new LineBuffer("middle");
  buffer.write(1000, bytes("rest\na\nb\nc\n"));
  buffer.number({ offset: 1005, number: 40 });
  expect(indexOfLine(buffer.lines, 41)).toBe(1);
  expect(indexOfLine(buffer.lines, 39)).toBe(-1);
  expect(indexOfLine(buffer.lines, 43)).toBe(-1);
});

test("lines whose numbers nobody knows are not found", () => {
  const buffer = new LineBuffer();
  buffer.write(0, bytes("a\n"));
  buffer.write(100, bytes("b\n"));
  expect(indexOfLine(buffer.lines, 1)).toBe(0);
  expect(indexOfLine(buffer.lines, 3)).toBe(-1);
  expect(indexOfLine([], 1)).toBe(-1);
});

import { describe, expect, it } from "vitest";
import { collectTaskIds, parseTaskId, secondsOption, wholeNumberOption } from "./arguments.ts";

describe("ids and numbers on the command line", () => {
  it("reads task ids", () => {
    expect(parseTaskId("42")).toBe(42);
    expect(collectTaskIds("43", [42])).toEqual([42, 43]);
  });

  it.each(["abc", "", "0", "-1", "1.5", "0x10", "99999999999999999999"])("refuses %s as an id", (text) => {
    expect(() => parseTaskId(text)).toThrow("is not a task id");
  });

  it("reads whole numbers down to their minimum", () => {
    expect(wholeNumberOption("--limit", 1)("7")).toBe(7);
    expect(() => wholeNumberOption("--limit", 1)("0")).toThrow("--limit takes a whole number of at least 1");
    expect(wholeNumberOption("--priority", Number.NEGATIVE_INFINITY)("-5")).toBe(-5);
  });

  it("reads seconds with fractions", () => {
    expect(secondsOption("--grace")("0.5")).toBe(0.5);
    expect(() => secondsOption("--grace")("soon")).toThrow("--grace takes a number of seconds");
  });
});

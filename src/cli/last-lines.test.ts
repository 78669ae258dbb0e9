import { expect, test } from "vitest";
import { lastLines } from "./last-lines.ts";

async function* pieces(...texts: string[]) {
  for (const text of texts) {
    yield Buffer.from(text);
  }
}

test.each([
  [["one\ntwo\nthree\n"], 2, "two\nthree\n"],
  [["one\ntwo\nth", "ree"], 2, "two\nthree"],
  [["one\n", "\n", "\n"], 2, "\n\n"],
  [["one\ntwo\n"], 0, ""],
  [["one\ntwo\n"], 9, "one\ntwo\n"],
  [["\n"], 1, "\n"],
  [[], 3, ""],
])("of %j the last %i lines are %j", async (texts, count, last) => {
  expect((await lastLines(pieces(...texts), count)).toString()).toBe(last);
});

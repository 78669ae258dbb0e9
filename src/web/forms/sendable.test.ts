import { expect, test } from "vitest";
import { mostLines } from "./command-lines.ts";
import { sendableOf } from "./sendable.ts";
import { emptyDraft } from "./task-draft.ts";

const lines = { ...emptyDraft, command: "one\n# two\nthree\n", name: "mine", tags: "t" };

test("several lines are one command unless each is asked to be a task", () => {
  expect(sendableOf(lines, null)).toMatchObject({ sendable: { kind: "order", order: { command: lines.command } } });
});

test("a task for each line has all in common but the command and the name it is given after it", () => {
  const prepared = sendableOf({ ...lines, isEachLine: true }, null);
  expect(prepared).toMatchObject({
    sendable: {
      kind: "lines",
      common: { tags: ["t"] },
      lines: [
        { number: 1, command: "one" },
        { number: 3, command: "three" },
      ],
    },
  });
  expect(JSON.stringify(prepared)).not.toContain("mine");
});

test("a single line left is a task like any other", () => {
  expect(sendableOf({ ...lines, command: "one\n", isEachLine: true }, null)).toMatchObject({
    sendable: { kind: "order", order: { command: "one\n", name: "mine" } },
  });
});

test("too many lines are told beside what else is wrong", () => {
  const command = Array.from({ length: mostLines + 1 }, () => "true").join("\n");
  const prepared = sendableOf({ ...lines, command, isEachLine: true, timeout: "soon" }, null);
  expect(Object.keys("errors" in prepared ? prepared.errors : {})).toEqual(["timeout_seconds", "command"]);
});

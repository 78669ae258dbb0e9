import { expect, test } from "vitest";
import type { Outcome } from "../../contract/index.ts";
import { outcomeWords } from "./outcome-words.ts";

test.each<[Outcome | null, number | null, string | null, string]>([
  [null, null, null, ""],
  ["exited", 0, null, "exit 0"],
  ["exited", 3, null, "exit 3"],
  ["signalled", null, "SIGSEGV", "SIGSEGV"],
  ["timed_out", null, "SIGTERM", "timed out after 30 s"],
  ["killed", null, "SIGTERM", "SIGTERM"],
  ["killed", null, null, ""],
  ["spawn_failed", null, null, "could not start"],
])("outcome %s, exit code %s, signal %s reads %j", (outcome, exit_code, signal, words) => {
  expect(outcomeWords({ status: "failed", outcome, exit_code, signal, reason: null }, 30)).toBe(words);
});

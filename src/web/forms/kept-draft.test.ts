import { expect, test } from "vitest";
import { parseKeptDraft } from "./kept-draft.ts";
import { emptyDraft } from "./task-draft.ts";

const open = (draft: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  JSON.stringify({ draft, keptAt: 1000, seed: "", secrets: [], ...more });

test("a draft comes back with what the tab alone knew", () => {
  const kept = parseKeptDraft(open({ command: "make", memory: "1 GiB" }), JSON.stringify({ env: "A=1", stdin: "x" }));
  expect(kept).toEqual({
    draft: { ...emptyDraft, command: "make", memory: "1 GiB", env: "A=1", stdin: "x" },
    ...{ keptAt: 1000, seed: "", lacksSecrets: false },
  });
});

test("without its tab it says that variables or input are missing, when there were some", () => {
  expect(parseKeptDraft(open({}, { secrets: ["env"] }), null)).toMatchObject({ lacksSecrets: true });
  expect(parseKeptDraft(open({}), null)).toMatchObject({ lacksSecrets: false });
});

test("fields that an earlier page had, or that are no such fields, are left out", () => {
  const strange = {
    command: 7,
    kind: "poem",
    backoff: "fixed",
    retryOn: ["failed", "luck"],
    hasTerminal: "yes",
    old: "x",
  };
  expect(parseKeptDraft(open(strange), null)?.draft).toEqual(emptyDraft);
});

test.each([null, "", "{", "[]", "7", '"text"', "{}", '{"draft":{}}'])("%j is no draft", (text) => {
  expect(parseKeptDraft(text, null)).toBeNull();
});

import { expect, test } from "vitest";
import { draftSlot, parseKeptDraft, staleSlots } from "./kept-draft.ts";
import { emptyDraft } from "./task-draft.ts";

const secret = (more: Record<string, string>) => JSON.stringify({ id: "a", env: "", stdin: "", ...more });
const open = (draft: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  JSON.stringify({ id: "a", draft, keptAt: 1000, secrets: [], ...more });

const anna = {
  ...{ id: 1, username: "anna", email: "anna@example.com", role: "admin" as const, permissions: [] },
  ...{ created_at: "2026-01-02T03:04:05.678Z", updated_at: "2026-01-02T03:04:05.678Z" },
};

test("somebody else's drafts are others, and those of an account with the same name or number elsewhere", () => {
  const others = [
    ...[anna, { ...anna, username: "ann" }, { ...anna, username: "ben" }],
    { ...anna, created_at: "2026-01-02T03:04:05.679Z" },
  ];
  expect(new Set(others.map((account) => draftSlot(account, { command: "" }))).size).toBe(others.length);
});

test("the twenty drafts kept last stay, for thirty days", () => {
  const day = 86_400_000;
  const kept = Array.from({ length: 22 }, (_, index) => ({ slot: `${index}`, keptAt: 100 * day + index }));
  expect(staleSlots(kept, 101 * day)).toEqual(["1", "0"]);
  expect(staleSlots([{ slot: "old", keptAt: 1 * day }, ...kept.slice(0, 2)], 31 * day + 1)).toEqual(["old"]);
});

test("a task to repeat, a command that the form was opened with, and a form without one have a draft each", () => {
  const beginnings = [{ from: 7 }, { command: "" }, { command: "7" }, { command: "ls" }, { command: "ls -l" }];
  expect(new Set(beginnings.map((beginning) => draftSlot(anna, beginning))).size).toBe(beginnings.length);
});

test("a draft comes back with what the tab alone knew", () => {
  const kept = parseKeptDraft(
    open({ command: "make", memory: "1 GiB" }),
    secret({ env: "A=1", stdin: "x" }),
    emptyDraft,
  );
  expect(kept).toEqual({
    draft: { ...emptyDraft, command: "make", memory: "1 GiB", env: "A=1", stdin: "x" },
    ...{ keptAt: 1000, lacksSecrets: false },
  });
});

test("without its tab it says that variables or input are missing, when there were some", () => {
  expect(parseKeptDraft(open({}, { secrets: ["env"] }), null, emptyDraft)).toMatchObject({ lacksSecrets: true });
  expect(parseKeptDraft(open({}), null, emptyDraft)).toMatchObject({ lacksSecrets: false });
});

test("what the tab knew of another draft, in whose place this one was kept, is not of this one", () => {
  const kept = parseKeptDraft(
    open({ command: "make" }, { secrets: ["env"] }),
    secret({ id: "b", env: "A=1" }),
    emptyDraft,
  );
  expect(kept).toMatchObject({ draft: { ...emptyDraft, command: "make" }, lacksSecrets: true });
});

test("of a rerun, what went with the tab is as the task had it", () => {
  const task = { ...emptyDraft, command: "make", env: "TARGET=prod", keepsStdin: true, memory: "1 GiB" };
  const { memory: _, ...older } = { ...task, name: "changed", keepsStdin: false };
  const kept = parseKeptDraft(open(older), null, task);
  expect(kept).toMatchObject({ draft: { ...task, name: "changed", keepsStdin: false }, lacksSecrets: false });
  const typed = parseKeptDraft(open(older, { secrets: ["env", "stdin"] }), null, task);
  expect(typed).toMatchObject({ draft: { ...task, name: "changed" }, lacksSecrets: true });
  expect(parseKeptDraft(open(older), secret({}), task)?.draft.env).toBe("");
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
  expect(parseKeptDraft(open(strange), null, emptyDraft)?.draft).toEqual(emptyDraft);
});

test.each([null, "", "{", "[]", "7", '"text"', "{}", '{"draft":{}}'])("%j is no draft", (text) => {
  expect(parseKeptDraft(text, null, emptyDraft)).toBeNull();
});

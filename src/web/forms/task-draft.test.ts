import { expect, test } from "vitest";
import { emptyDraft, readDraft } from "./task-draft.ts";

test("a name alone is the demonstration", () => {
  const draft = { ...emptyDraft, name: "try it", cwd: "/srv" };
  expect(readDraft(draft)).toEqual({ ok: true, order: { name: "try it", description: "" } });
});

test("a command carries what was unfolded", () => {
  const draft = { ...emptyDraft, command: "make", cwd: " /srv/app ", env: "A=1", stdin: "x\n", timeout: "5 min" };
  expect(readDraft(draft)).toEqual({
    ok: true,
    order: { description: "", command: "make", cwd: "/srv/app", env: { A: "1" }, stdin: "x\n", timeout_seconds: 300 },
  });
});

test("a script is sent without an interpreter unless one is named", () => {
  const draft = { ...emptyDraft, kind: "script" as const, script: "#!/bin/sh\ntrue\n" };
  expect(readDraft(draft)).toMatchObject({ order: { script: { body: "#!/bin/sh\ntrue\n" } } });
});

test("every field that cannot be read is named at once", () => {
  const read = readDraft({ ...emptyDraft, env: "nonsense", timeout: "soon" });
  expect(read.ok ? [] : Object.keys(read.errors)).toEqual(["env", "timeout_seconds"]);
});

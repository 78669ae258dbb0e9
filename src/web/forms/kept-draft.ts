import { type Account, retryCauses, sandboxModes } from "../../contract/index.ts";
import { randomId } from "../api/random-id.ts";
import { draftPrefix, draftsOf } from "../session/own-drafts.ts";
import { programKinds, type TaskDraft } from "./task-draft.ts";

/**
 * What was typed into the form, kept until it is submitted: over leaving the page, a reload, the end of the session, a
 * tab that crashed. One draft for each task that would be repeated, for each command that a form was opened with, and one
 * for a new task, for each person at this browser. Standard input and variables may be secret, so they live only as long
 * as the tab. Who logs out leaves none of it behind (session/own-drafts.ts).
 */
const secretFields = ["env", "stdin"] as const;
/** A forgotten draft is not kept for ever. */
const mostDrafts = 20;
const longestKeptMs = 30 * 86_400_000;

export type KeptDraft = {
  draft: TaskDraft;
  /** Epoch milliseconds. */
  keptAt: number;
  /** There were variables or input other than those the form starts with, and they went with their tab. */
  lacksSecrets: boolean;
};

/** What stands in the storage that outlives the tab, and which all tabs share. */
type Stored = { id: string; draft: Partial<TaskDraft>; keptAt: number; secrets: string[] };
/** What the tab knows: of that very draft, not of the one that another tab has kept in its place since. */
type StoredSecrets = Pick<TaskDraft, (typeof secretFields)[number]> & { id: string };

/** What the form was opened with: a task to repeat, or a command, empty for none. */
type Beginning = { from: number } | { command: string };

/** The name of a draft in the storages. A command has a draft of its own: it is not the one begun before without it. */
export function draftSlot(account: Account, beginning: Beginning): string {
  return `${draftsOf(account)}${"from" in beginning ? beginning.from : `new ${beginning.command}`}`;
}

/** `start` is what the form holds before anything is typed. */
export function keepDraft(slot: string, draft: TaskDraft, start: TaskDraft): void {
  const { env, stdin, ...open } = draft;
  const secrets = secretFields.filter((field) => draft[field] !== start[field]);
  const id = randomId();
  const stored: Stored = { id, draft: open, keptAt: Date.now(), secrets };
  // Too long for a storage, or storage is forbidden: the form still holds it while it is on the screen.
  attempt(() => window.localStorage.setItem(slot, JSON.stringify(stored)));
  attempt(() => window.sessionStorage.setItem(slot, JSON.stringify({ id, env, stdin } satisfies StoredSecrets)));
  attempt(forgetStale);
}

export function forgetDraft(slot: string): void {
  attempt(() => window.localStorage.removeItem(slot));
  attempt(() => window.sessionStorage.removeItem(slot));
}

/** Null when there is none, or none that can be read. */
export function readKeptDraft(slot: string, start: TaskDraft): KeptDraft | null {
  let kept: KeptDraft | null = null;
  attempt(() => {
    forgetStale();
    kept = parseKeptDraft(window.localStorage.getItem(slot), window.sessionStorage.getItem(slot), start);
  });
  return kept;
}

/**
 * Whatever an earlier page, or somebody else, has left there: only what is a field of the form is taken. The others are
 * as the form starts, so that a rerun never takes away from its task what nobody emptied.
 */
export function parseKeptDraft(open: string | null, secret: string | null, start: TaskDraft): KeptDraft | null {
  const stored = parse(open) as Partial<Stored> | null;
  if (stored === null || typeof stored.draft !== "object" || typeof stored.keptAt !== "number") {
    return null;
  }
  const known = parse(secret) as Partial<StoredSecrets> | null;
  const secrets = known?.id === stored.id ? known : null;
  const lost = secrets === null && Array.isArray(stored.secrets) ? stored.secrets : [];
  const given: Record<string, unknown> = { ...stored.draft, ...secrets };
  if (lost.includes("stdin")) {
    // What was to take the place of the task's own input is gone.
    delete given.keepsStdin;
  }
  const draft = Object.fromEntries(
    Object.entries(start).map(([field, first]) => [
      field,
      isOfField(field, given[field], first) ? given[field] : first,
    ]),
  ) as TaskDraft;
  return { draft, keptAt: stored.keptAt, lacksSecrets: lost.length > 0 };
}

const choices: Readonly<Record<string, readonly string[]>> = {
  kind: programKinds,
  backoff: ["fixed", "exponential"],
  sandbox: sandboxModes,
};

function isOfField(field: string, value: unknown, like: unknown): boolean {
  if (Array.isArray(like)) {
    return Array.isArray(value) && value.every((each) => (retryCauses as readonly unknown[]).includes(each));
  }
  return typeof value === typeof like && (choices[field]?.includes(value as string) ?? true);
}

function parse(json: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json ?? "null");
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function forgetStale(): void {
  const keptAt = (slot: string) => Number(parse(window.localStorage.getItem(slot))?.keptAt ?? 0);
  const slotsIn = (storage: Storage) => Object.keys(storage).filter((key) => key.startsWith(draftPrefix));
  const kept = slotsIn(window.localStorage).map((slot) => ({ slot, keptAt: keptAt(slot) }));
  // What the tab knew of a draft that another tab has done with is nobody's.
  const done = slotsIn(window.sessionStorage).filter((slot) => kept.every((each) => each.slot !== slot));
  for (const slot of [...staleSlots(kept, Date.now()), ...done]) {
    forgetDraft(slot);
  }
}

/** Which drafts are too old, or too many. */
export function staleSlots(kept: readonly { slot: string; keptAt: number }[], now: number): string[] {
  const newestFirst = kept.toSorted((a, b) => b.keptAt - a.keptAt);
  return newestFirst
    .filter(({ keptAt }, index) => index >= mostDrafts || now - keptAt > longestKeptMs)
    .map(({ slot }) => slot);
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Storage is forbidden or full; nothing else depends on it.
  }
}

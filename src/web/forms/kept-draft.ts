import { emptyDraft, type TaskDraft } from "./task-draft.ts";

/**
 * Keeps what was typed over a submission, because a session that has just run out leads to the login and back:
 * a long script must not be lost on that way.
 */
const storageKey = "utm.draft";

/** `from` is the task it would repeat; null for a new one. */
type KeptDraft = { from: number | null; draft: TaskDraft };

export function keepDraft(kept: KeptDraft): void {
  try {
    window.sessionStorage.setItem(storageKey, JSON.stringify(kept));
  } catch {
    // Too long for the storage, or storage is forbidden: the form still holds it while it is on the screen.
  }
}

export function forgetDraft(): void {
  try {
    window.sessionStorage.removeItem(storageKey);
  } catch {
    // Nothing was kept.
  }
}

/** The draft that was kept of the same form; null when there is none. */
export function readKeptDraft(from: number | null): TaskDraft | null {
  try {
    const kept = JSON.parse(window.sessionStorage.getItem(storageKey) ?? "null") as KeptDraft | null;
    // A page that was updated meanwhile may have more fields than the one that kept it.
    return kept?.from === from ? { ...emptyDraft, ...kept.draft } : null;
  } catch {
    return null;
  }
}

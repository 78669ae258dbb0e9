import type { TaskDraft } from "./task-draft.ts";

/**
 * Keeps what was typed over a submission, because a session that has just run out leads to the login and back:
 * a long script must not be lost on that way.
 */
const storageKey = "utm.draft";

export function keepDraft(draft: TaskDraft): void {
  try {
    window.sessionStorage.setItem(storageKey, JSON.stringify(draft));
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

/** The draft that was kept; null when there is none. */
export function readKeptDraft(): TaskDraft | null {
  try {
    const kept = window.sessionStorage.getItem(storageKey);
    return kept === null ? null : (JSON.parse(kept) as TaskDraft);
  } catch {
    return null;
  }
}

import { useDebouncedCallback, useWindowEvent } from "@mantine/hooks";
import { useRef, useState } from "react";
import { isLeft } from "../session/session.ts";
import { forgetDraft, type KeptDraft, keepDraft, readKeptDraft } from "./kept-draft.ts";
import type { TaskDraft } from "./task-draft.ts";

const typingPauseMs = 500;
const longestPauseMs = 2000;

export type DraftKeeper = {
  draft: TaskDraft;
  change: (next: Partial<TaskDraft>) => void;
  /** Keeps at once what was typed last. */
  keepNow: () => void;
  /** What was found when the form came up, until it is dropped; null when there was nothing. */
  restored: KeptDraft | null;
  /** Back to what the form starts with, and nothing is kept. */
  startAgain: () => void;
  /** It was submitted: nothing is kept, and what is on the screen stays. */
  forget: () => void;
};

/** The draft of a form, kept in the browser as it is typed. `start` is what the form holds before anything is. */
export function useKeptDraft({ slot, start }: { slot: string; start: TaskDraft }): DraftKeeper {
  const [restored, setRestored] = useState(() => readKeptDraft(slot, start));
  const [draft, setDraft] = useState(restored?.draft ?? start);
  const keep = useDebouncedCallback(
    (latest: TaskDraft) => {
      if (isLeft()) {
        // Whoever logged out a moment ago leaves nothing behind, not even what was typed last.
        return;
      }
      if (JSON.stringify(latest) === JSON.stringify(start)) {
        forgetDraft(slot);
      } else {
        keepDraft(slot, latest, start);
      }
    },
    { delay: typingPauseMs, maxWait: longestPauseMs, flushOnUnmount: true },
  );
  useWindowEvent("pagehide", () => keep.flush());
  // A submission of many lines changes the draft between two looks of the page.
  const latest = useRef(draft);

  function show(changed: TaskDraft) {
    latest.current = changed;
    setDraft(changed);
  }

  function forget() {
    keep.cancel();
    forgetDraft(slot);
    setRestored(null);
  }
  return {
    draft,
    restored,
    change(next) {
      show({ ...latest.current, ...next });
      keep(latest.current);
    },
    keepNow: () => keep.flush(),
    startAgain() {
      forget();
      show(start);
    },
    forget,
  };
}

import { useWindowEvent } from "@mantine/hooks";
import { type FocusEvent, type RefObject, useEffect, useRef, useState } from "react";
import { formErrors } from "../api/error-text.ts";
import type { FieldProblems } from "./field-reader.ts";
import { policyFields } from "./policy-draft.ts";
import type { TaskDraft } from "./task-draft.ts";

/** The fields of the server that the form shows, for messages beside them. */
const served = [
  ...["command", "argv", "script", "script.interpreter", "name", "description", "tags"],
  ...["run_at", "priority", "queue", "cwd", "node", "labels", "timeout_seconds", "kill_grace_seconds", "env", "stdin"],
  ...policyFields,
];

/** Fields that are done with at a click, by the names of the server. */
const atOnce: Partial<Record<keyof TaskDraft, readonly string[]>> = {
  sandbox: ["sandbox"],
  hasTerminal: ["pty", "mark_stderr"],
  marksStderr: ["mark_stderr"],
  takesInput: ["input"],
  retryOn: ["retry.on"],
};

type Sources = {
  draft: TaskDraft;
  /** What cannot be read of it. */
  own: FieldProblems;
  /** What the server says to a dry run, and to the last submission. */
  foreseen: unknown;
  refused: unknown;
  form: RefObject<HTMLFormElement | null>;
};

/**
 * Which messages stand beside the fields. Nobody is told of a mistake while typing it: a field's own is shown once it was
 * left, and all of them once a submission was tried. `rest` belongs to no field.
 */
export function useFieldProblems({ draft, own, foreseen, refused, form }: Sources) {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState<{ draft: TaskDraft; count: number } | null>(null);
  const refusal = formErrors(refused, served);
  const prospect = formErrors(foreseen, served);
  const live: FieldProblems = { ...prospect.byField, ...own };
  const shown = Object.entries(live).filter(([field]) => tried !== null || left.has(field));
  // What was refused is said until the draft is another; then it is for the dry run to say.
  const judged = tried?.draft === draft ? refusal.byField : {};

  // A wrong field may be out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after every try and every answer to one
  useEffect(() => {
    const wrong = tried === null ? null : form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    const group = wrong?.closest("details");
    if (group) {
      group.open = true;
    }
    wrong?.focus();
  }, [tried, refused]);

  const isPressed = useRef(false);
  useWindowEvent("pointerdown", () => {
    isPressed.current = true;
  });
  const release = () => {
    isPressed.current = false;
  };
  useWindowEvent("pointerup", release);
  // A finger that scrolls is never lifted, as far as the page is told.
  useWindowEvent("pointercancel", release);

  function leave(field: string) {
    setLeft((before) => (before.has(field) ? before : new Set([...before, field])));
  }
  return {
    errors: { ...judged, ...Object.fromEntries(shown) } as FieldProblems,
    rest: refusal.rest,
    prospectRest: prospect.rest,
    noteTry: () => setTried((before) => ({ draft, count: (before?.count ?? 0) + 1 })),
    noteChange(next: Partial<TaskDraft>) {
      for (const field of Object.keys(next) as (keyof TaskDraft)[]) {
        for (const served of atOnce[field] ?? []) {
          leave(served);
        }
      }
    },
    onBlur(event: FocusEvent<HTMLElement>) {
      const { name } = event.target as HTMLInputElement;
      if (isPressed.current) {
        // A message that came now would move what is being clicked away from under the pointer.
        window.addEventListener("pointerup", () => window.setTimeout(leave, 0, name), { once: true });
      } else {
        leave(name);
      }
    },
    /** As if nothing had been left or tried. */
    forget() {
      setLeft(new Set());
      setTried(null);
    },
  };
}

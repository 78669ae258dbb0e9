import { useEffect, useRef } from "react";

/** What each key does: `n`, `?`, two keys in a row like `g t`, or `Ctrl+k`, which is also heard while one types. */
type KeyActions = Record<string, () => void>;

const sequenceMs = 1200;
const stack: { current: KeyActions }[] = [];
let pendingKey = "";
let pendingSince = 0;

/** Keys of a page or a part of it while it is on the screen. What was added last is asked first. */
export function useKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    if (stack.length === 0) {
      document.addEventListener("keydown", onKeyDown);
    }
    stack.push(latest);
    return () => {
      stack.splice(stack.indexOf(latest), 1);
      if (stack.length === 0) {
        document.removeEventListener("keydown", onKeyDown);
      }
    };
  }, []);
}

function onKeyDown(event: KeyboardEvent) {
  if (event.ctrlKey !== event.metaKey && !event.altKey && !event.defaultPrevented) {
    const action = document.querySelector("dialog[open]") === null ? findAction(`Ctrl+${event.key}`) : undefined;
    if (action !== undefined) {
      event.preventDefault();
      action();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isElsewhere(event.target)) {
    return;
  }
  const isSequence = pendingKey !== "" && event.timeStamp - pendingSince < sequenceMs;
  const action = isSequence
    ? (findAction(`${pendingKey} ${event.key}`) ?? findAction(event.key))
    : findAction(event.key);
  pendingKey = action === undefined ? event.key : "";
  pendingSince = event.timeStamp;
  if (action !== undefined) {
    event.preventDefault();
    action();
  }
}

function findAction(keys: string): (() => void) | undefined {
  for (let index = stack.length - 1; index >= 0; index -= 1) {
    const action = stack[index]?.current[keys];
    if (action !== undefined) {
      return action;
    }
  }
  return undefined;
}

/** Nobody types into a box to tick. */
const typingFields = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

/** Typing belongs to the field it goes to, and an open dialog has the keyboard to itself. */
function isElsewhere(target: EventTarget | null): boolean {
  const isField = target instanceof HTMLElement && target.closest(typingFields) !== null;
  return isField || document.querySelector("dialog[open]") !== null;
}

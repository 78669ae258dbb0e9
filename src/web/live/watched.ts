import { useSyncExternalStore } from "react";

/** Tasks whose end somebody at this browser wants to be told. Kept over reloads, and shared by its tabs. */
const storageKey = "utm.watched";
const mostWatched = 200;
const listeners = new Set<() => void>();
let known: ReadonlySet<number> = new Set();

export function watchedTasks(): ReadonlySet<number> {
  return known;
}

export function setWatched(id: number, isWatched: boolean): void {
  const ids = [...read()].filter((other) => other !== id);
  write(isWatched ? [...ids, id].slice(-mostWatched) : ids);
}

/** Takes the task off the list, and answers whether it was on it: of several tabs one tells the end. */
export function takeWatched(id: number): boolean {
  // Ends come by the hundred: storage is only asked about those that this tab believes to be watched.
  const isWatched = known.has(id) && read().has(id);
  if (isWatched) {
    setWatched(id, false);
  }
  return isWatched;
}

/** Whether this task is watched, as React state. */
export function useIsWatched(id: number): boolean {
  return useSyncExternalStore(subscribe, () => known.has(id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function readAgain(): void {
  known = read();
  for (const listener of listeners) {
    listener();
  }
}

/** From storage each time: another tab may have changed it. Empty where storage is forbidden or holds something else. */
function read(): Set<number> {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(storageKey) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((id) => Number.isSafeInteger(id)) : []);
  } catch {
    return new Set(known);
  }
}

function write(ids: readonly number[]): void {
  known = new Set(ids);
  try {
    window.localStorage.setItem(storageKey, JSON.stringify(ids));
  } catch {
    // Watched until the page is left.
  }
  for (const listener of listeners) {
    listener();
  }
}

// Another tab may watch a task, or have told its end.
readAgain();
window.addEventListener("storage", readAgain);

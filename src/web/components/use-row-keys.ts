import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useRef } from "react";
import { useKeys } from "../ui/keys.ts";

/** `j` and `k` walk through the rows, `.` asks to kill the row's task. Returns what rows call when they get the focus. */
export function useRowKeys(list: {
  ids: readonly number[];
  scroller: RefObject<HTMLDivElement | null>;
  rows: Virtualizer<HTMLDivElement, Element>;
  onKill: (id: number) => void;
}): (id: number) => void {
  const active = useRef<number | null>(null);

  function move(step: number) {
    const present = active.current === null ? -1 : list.ids.indexOf(active.current);
    const next = present < 0 ? 0 : Math.min(Math.max(present + step, 0), list.ids.length - 1);
    const id = list.ids[next];
    if (id === undefined) {
      return;
    }
    active.current = id;
    list.rows.scrollToIndex(next);
    focusWhenShown(list.scroller, id, 10);
  }

  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ".": () => {
      if (active.current !== null && list.ids.includes(active.current)) {
        list.onKill(active.current);
      }
    },
  });
  return (id) => {
    active.current = id;
  };
}

/** A row out of sight does not exist yet: it is there within a few frames after scrolling to it. */
function focusWhenShown(scroller: RefObject<HTMLDivElement | null>, id: number, framesLeft: number) {
  const link = scroller.current?.querySelector<HTMLElement>(`[data-task="${id}"] a`);
  if (link) {
    link.focus({ preventScroll: true });
  } else if (framesLeft > 0) {
    requestAnimationFrame(() => focusWhenShown(scroller, id, framesLeft - 1));
  }
}

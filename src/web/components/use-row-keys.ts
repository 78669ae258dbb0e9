import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useRef } from "react";
import { useKeys } from "../ui/keys.ts";

/**
 * Keys of the row that has, or had last, the focus: `j` and `k` walk, `x` selects, with shift each takes along what lies
 * between; `a` selects all, `.` asks to kill its task. Returns what rows call when they get the focus.
 */
export function useRowKeys(list: {
  ids: readonly number[];
  scroller: RefObject<HTMLDivElement | null>;
  rows: Virtualizer<HTMLDivElement, Element>;
  onSelect: (id: number, isRange: boolean) => void;
  onSelectAll: () => void;
  onKill: (id: number) => void;
}): (id: number) => void {
  const active = useRef<number | null>(null);

  function present(): number | null {
    return active.current !== null && list.ids.includes(active.current) ? active.current : null;
  }

  function move(step: number): number | null {
    const index = active.current === null ? -1 : list.ids.indexOf(active.current);
    const next = index < 0 ? 0 : Math.min(Math.max(index + step, 0), list.ids.length - 1);
    const id = list.ids[next];
    if (id === undefined) {
      return null;
    }
    active.current = id;
    list.rows.scrollToIndex(next);
    focusWhenShown(list.scroller, id, 10);
    return id;
  }

  function onPresent(act: (id: number) => void) {
    const id = present();
    if (id !== null) {
      act(id);
    }
  }

  function selectOn(step: number) {
    const from = present();
    const to = move(step);
    if (from !== null) {
      list.onSelect(from, true);
    }
    if (to !== null) {
      list.onSelect(to, true);
    }
  }

  useKeys({
    j: () => move(1),
    k: () => move(-1),
    J: () => selectOn(1),
    K: () => selectOn(-1),
    x: () => onPresent((id) => list.onSelect(id, false)),
    a: list.onSelectAll,
    X: () => onPresent((id) => list.onSelect(id, true)),
    ".": () => onPresent(list.onKill),
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

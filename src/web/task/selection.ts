import { maxBulkTasks } from "../../contract/index.ts";

/** Which tasks of a list are selected. Never more than one order takes. */
export type Selection = {
  ids: ReadonlySet<number>;
  /** Selected or not last: where a range begins. */
  anchor: number | null;
};

export const nothingSelected: Selection = { ids: new Set(), anchor: null };

/** Selects a task, or no longer. */
export function toggled(selection: Selection, id: number): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id) && ids.size < maxBulkTasks) {
    ids.add(id);
  }
  return { ids, anchor: id };
}

/** Selects all from the anchor to the task as well, in the order shown; without an anchor the task alone. */
export function extended(selection: Selection, id: number, shownIds: readonly number[]): Selection {
  const from = selection.anchor === null ? -1 : shownIds.indexOf(selection.anchor);
  const to = shownIds.indexOf(id);
  if (from < 0 || to < 0) {
    return { ids: withMost(selection.ids, [id]), anchor: id };
  }
  const range = shownIds.slice(Math.min(from, to), Math.max(from, to) + 1);
  const nearest = from <= to ? range : range.toReversed();
  return { ids: withMost(selection.ids, nearest), anchor: selection.anchor };
}

/** Selects these, the first ones where they are too many. */
export function selected(ids: readonly number[]): Selection {
  return { ids: withMost(new Set(), ids), anchor: null };
}

function withMost(before: ReadonlySet<number>, more: readonly number[]): Set<number> {
  const ids = new Set(before);
  for (const id of more) {
    if (ids.size >= maxBulkTasks) {
      break;
    }
    ids.add(id);
  }
  return ids;
}

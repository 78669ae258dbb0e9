import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { maxBulkTasks } from "../../contract/index.ts";
import { extended, nothingSelected, type Selection, selected, toggled } from "../task/selection.ts";

/** What to fetch when more is to be selected than is there. */
type Pages = { hasMore: boolean; isFetching: boolean; fetchMore: () => void };

/** The selected tasks of a list. Another filter begins with none. */
export function useSelection(filterKey: string, shownIds: readonly number[], pages: Pages) {
  const [selection, setSelection] = useState<Selection>(nothingSelected);
  const [isSelectingAll, selectAll] = useState(false);
  // Rows keep the function they were rendered with, so it must not remember an earlier list.
  const latestIds = useRef(shownIds);
  useLayoutEffect(() => {
    latestIds.current = shownIds;
  }, [shownIds]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter alone decides
  useEffect(() => {
    setSelection(nothingSelected);
    selectAll(false);
  }, [filterKey]);

  const { hasMore, isFetching, fetchMore } = pages;
  useEffect(() => {
    if (!isSelectingAll) {
      return;
    }
    if (!hasMore || shownIds.length >= maxBulkTasks) {
      setSelection(selected(shownIds));
      selectAll(false);
    } else if (!isFetching) {
      fetchMore();
    }
  }, [isSelectingAll, hasMore, isFetching, fetchMore, shownIds]);

  return {
    ids: selection.ids,
    isSelectingAll,
    select: (id: number, isRange: boolean) =>
      setSelection((before) => (isRange ? extended(before, id, latestIds.current) : toggled(before, id))),
    selectShown: () => setSelection(selected(latestIds.current)),
    selectAll: () => selectAll(true),
    clear: () => {
      setSelection(nothingSelected);
      selectAll(false);
    },
  };
}

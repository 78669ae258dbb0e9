import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { TaskDetail } from "../../contract/index.ts";
import { taskKeys } from "../api/task-queries.ts";
import { type OutputSnapshot, OutputStore } from "./output-store.ts";

const idle = new OutputStore();

/**
 * Follows the output of a task's attempt while the component is on the screen. `isHeld` while somebody reads above the
 * end; `retry` begins anew after an error.
 */
export function useOutput(task: TaskDetail, attempt: number | undefined, isHeld: boolean) {
  const queries = useQueryClient();
  const [store, setStore] = useState(idle);
  const [tries, setTries] = useState(0);
  const { id } = task;
  const sizeBytes = task.output_bytes;
  const hasBegun = task.status !== "pending";

  // The size only decides where to begin, so its growth must not begin anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizeBytes as of the beginning; tries on purpose
  useEffect(() => {
    if (!hasBegun) {
      return;
    }
    const following = new OutputStore();
    setStore(following);
    void following.follow({ id, attempt, sizeBytes }, (ended) => {
      queries.setQueryData<TaskDetail>(taskKeys.detail(id), ended);
      void queries.invalidateQueries({ queryKey: taskKeys.attempts(id) });
    });
    return () => following.stop();
  }, [id, attempt, hasBegun, tries, queries]);

  useEffect(() => store.hold(isHeld), [store, isHeld]);

  const snapshot: OutputSnapshot = useSyncExternalStore(store.subscribe, store.read);
  return { snapshot, retry: () => setTries((before) => before + 1) };
}

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { TaskDetail } from "../../contract/index.ts";
import { attemptsQuery, taskKeys } from "../api/task-queries.ts";
import { type OutputSnapshot, OutputStore } from "./output-store.ts";

const idle = new OutputStore();

/**
 * Follows the output of a task's attempt while the component is on the screen; without one, of the latest: of the next
 * one, too, as soon as it begins. `isHeld` while somebody reads above the end; `retry` begins anew after an error.
 */
export function useOutput(task: TaskDetail, attempt: number | undefined, isHeld: boolean) {
  const queries = useQueryClient();
  const [store, setStore] = useState(idle);
  const [tries, setTries] = useState(0);
  const { id } = task;
  const followed = attempt ?? task.attempt;
  const sizeBytes = useSizeOf(task, followed);
  const hasBegun = followed > 0 && sizeBytes !== null;

  // The size only decides where to begin, so its growth must not begin anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizeBytes as of the beginning; tries on purpose
  useEffect(() => {
    if (!hasBegun || sizeBytes === null) {
      return;
    }
    const following = new OutputStore();
    setStore(following);
    void following.follow({ id, attempt: followed, sizeBytes }, (ended) => {
      queries.setQueryData<TaskDetail>(taskKeys.detail(id), ended);
      void queries.invalidateQueries({ queryKey: taskKeys.attempts(id) });
    });
    return () => following.stop();
  }, [id, followed, hasBegun, tries, queries]);

  useEffect(() => store.hold(isHeld), [store, isHeld]);

  const snapshot: OutputSnapshot = useSyncExternalStore(store.subscribe, store.read);
  return { snapshot, retry: () => setTries((before) => before + 1) };
}

/** Bytes an attempt has written, as far as they are known; null until the attempts before the latest are known. */
function useSizeOf(task: TaskDetail, attempt: number): number | null {
  const isLatest = attempt === task.attempt;
  const attempts = useQuery({ ...attemptsQuery(task.id), enabled: !isLatest });
  if (isLatest) {
    return task.output_bytes;
  }
  if (attempts.data === undefined) {
    return attempts.isError ? 0 : null;
  }
  return attempts.data.find(({ number }) => number === attempt)?.output_bytes ?? 0;
}

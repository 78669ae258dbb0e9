import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { TaskSummary } from "../../contract/index.ts";
import { meQuery } from "../api/account-queries.ts";
import { taskKeys } from "../api/task-queries.ts";
import { tellEnd, tellMissedEnds } from "./end-notices.ts";
import { rememberTask } from "./recent-changes.ts";
import { applyTasks } from "./task-cache.ts";
import { listenToTasks } from "./task-stream.ts";

/** Under a flood of changes the page is brought up to date this often. */
const batchMs = 100;
const countsMs = 2000;
const firstCountsMs = 150;

/** Keeps everything fetched about tasks up to date while a session lasts. Shows nothing. */
export function LiveTasks() {
  const queries = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const owner = me?.permissions.includes("view_all_tasks") ? "*" : undefined;
  const isKnown = me !== undefined;

  useEffect(() => {
    if (!isKnown) {
      return;
    }
    const aborter = new AbortController();
    let batch = new Map<number, TaskSummary>();
    let batchTimer: number | undefined;
    let countsTimer: number | undefined;
    let countedAtMs = 0;

    function flush() {
      batchTimer = undefined;
      const tasks = batch;
      batch = new Map();
      applyTasks(queries, tasks);
      const restMs = countedAtMs + countsMs - Date.now();
      countsTimer ??= window.setTimeout(refreshCounts, Math.max(restMs, firstCountsMs));
    }
    function refreshCounts() {
      countsTimer = undefined;
      countedAtMs = Date.now();
      void queries.invalidateQueries({ queryKey: taskKeys.counts });
    }
    const listener = {
      onOpen(isFirst: boolean) {
        if (!isFirst) {
          void queries.invalidateQueries();
        }
        void tellMissedEnds();
      },
      onTask(task: TaskSummary) {
        rememberTask(task);
        tellEnd(task);
        batch.set(task.id, task);
        // A timer, not an animation frame: the title's counts must go on in a tab in the background.
        batchTimer ??= window.setTimeout(flush, batchMs);
      },
    };
    void listenToTasks(owner, listener, aborter.signal);
    return () => {
      aborter.abort();
      window.clearTimeout(batchTimer);
      window.clearTimeout(countsTimer);
    };
  }, [queries, owner, isKnown]);

  return null;
}

import type { TaskEventName } from "../../contract/index.ts";
import type { Dispatcher } from "../../dispatch/dispatcher.ts";
import type { Log } from "../../log/log.ts";
import type { Store, TaskRow } from "../../store/store.ts";

/**
 * Who wants to know that a task changed, in whichever process of the installation. Changes are collected for a moment and
 * each task is read once, so that a thousand changes a second cost a follower what a few do. The row sent is the record's,
 * read after the change.
 *
 * While the dispatcher cannot carry, changes made by other processes are not told. Then who watches one task is called
 * once a second all the same; who goes by all changes is told afterwards that some may be missing.
 */
export type LiveEvent = { name: TaskEventName; task: TaskRow };

export type Live = {
  /** Something about the task changed in the record. */
  changed(change: { taskId: number; kind: TaskEventName }): void;
  /** Calls back with every change of any task. Answers a function that ends it. */
  subscribe(callback: (event: LiveEvent) => void): () => void;
  /** Calls back soon after any change of one task. Answers a function that ends it. */
  watch(taskId: number, callback: () => void): () => void;
  /** Calls back when changes may have gone unnoticed: who goes by them has to read anew. Answers a function that ends it. */
  onMissed(callback: () => void): () => void;
  close(): void;
};

const gatherMs = 40;
const lookEveryMs = 1000;
const weight: Readonly<Record<TaskEventName, number>> = { changed: 0, created: 1, ended: 2 };

export function createLive(
  store: Store,
  dispatcher: Pick<Dispatcher, "poke" | "onPoke" | "problem" | "onRecovered">,
  log: Log,
): Live {
  const subscribers = new Set<(event: LiveEvent) => void>();
  const watchers = new Map<number, Set<() => void>>();
  const missing = new Set<() => void>();
  const pending = new Map<number, TaskEventName>();
  let timer: NodeJS.Timeout | null = null;

  async function flush(): Promise<void> {
    timer = null;
    const changes = [...pending];
    pending.clear();
    for (const [taskId, name] of changes) {
      const task = await store.tasks.find({ id: taskId }).catch((error: unknown) => {
        log.error({ err: error, taskId }, "live change not sent");
        return null;
      });
      if (task !== null) {
        for (const subscriber of subscribers) {
          subscriber({ name, task });
        }
      }
    }
  }

  dispatcher.onRecovered(() => {
    for (const callback of [...missing]) {
      callback();
    }
  });
  const looking = setInterval(() => {
    if (dispatcher.problem() !== null) {
      for (const callback of [...watchers.values()].flatMap((callbacks) => [...callbacks])) {
        callback();
      }
    }
  }, lookEveryMs).unref();

  dispatcher.onPoke((poke) => {
    if (poke.topic === "changed") {
      notice(poke.taskId, poke.kind);
    }
  });

  function notice(taskId: number, kind: TaskEventName): void {
    for (const callback of watchers.get(taskId) ?? []) {
      callback();
    }
    if (subscribers.size === 0) {
      return;
    }
    const before = pending.get(taskId);
    if (before === undefined || weight[kind] > weight[before]) {
      pending.set(taskId, kind);
    }
    timer ??= setTimeout(() => void flush(), gatherMs);
  }

  return {
    changed: (change) => void dispatcher.poke({ topic: "changed", ...change }),
    subscribe(callback) {
      subscribers.add(callback);
      return () => subscribers.delete(callback);
    },
    watch(taskId, callback) {
      const callbacks = watchers.get(taskId) ?? new Set();
      watchers.set(taskId, callbacks.add(callback));
      return () => {
        callbacks.delete(callback);
        if (callbacks.size === 0) {
          watchers.delete(taskId);
        }
      };
    },
    onMissed(callback) {
      missing.add(callback);
      return () => missing.delete(callback);
    },
    close() {
      clearInterval(looking);
      if (timer !== null) {
        clearTimeout(timer);
      }
      subscribers.clear();
      watchers.clear();
    },
  };
}

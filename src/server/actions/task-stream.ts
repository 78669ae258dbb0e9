import type { Actor } from "../access.ts";
import type { Context } from "../context.ts";
import type { StreamEvent } from "../live/event-stream.ts";
import { EventQueue } from "../live/queue.ts";
import { ownerFilter, summaryOf } from "./tasks.ts";

/** A reader this far behind is cut off; it reads the list again and goes on. */
const maxWaiting = 10_000;

/**
 * Every change of the tasks asked for, from now on. A reader that (re)connects gets no past changes: it subscribes first
 * and reads the list second, so that nothing falls between.
 */
export async function streamTasks(
  context: Context,
  actor: Actor,
  owner: string | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<StreamEvent>> {
  const ownerId = await ownerFilter(context, actor, owner);
  const queue = new EventQueue<StreamEvent>(maxWaiting);
  const stop = context.live.subscribe(({ name, task }) => {
    if (ownerId === null || task.ownerId === ownerId) {
      queue.push({ event: name, data: summaryOf(context, actor, task) });
    }
  });
  // The reader connects again, and reads the list.
  const listen = context.live.onMissed(() => end());
  const end = () => {
    stop();
    listen();
    queue.close();
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) {
    end();
  }
  return queue;
}

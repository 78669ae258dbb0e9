import type { Events } from "../events.ts";
import type { Access } from "./access.ts";

export function eventsOn({ read, note }: Access): Events {
  return {
    add: (events) =>
      note(async (db) => {
        for (const event of events) {
          const { taskId, attempt, at, kind, text } = event;
          await db.insertInto("task_events").values({ task_id: taskId, attempt, at, kind, text }).execute();
        }
      }),

    async list(of) {
      const rows = await read
        .selectFrom("task_events")
        .selectAll()
        .where("task_id", "=", of.taskId)
        .orderBy("id")
        .execute();
      return rows.map(({ task_id, attempt, at, kind, text }) => ({ taskId: task_id, attempt, at, kind, text }));
    },
  };
}

import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import type { TaskFilter, Tasks } from "../store.ts";
import type { Access } from "./access.ts";
import type { Database } from "./schema.ts";
import { findTask, selectTasks, toListedTask } from "./task-row.ts";
import { containing, parsePreview } from "./task-text.ts";

export function queriesOn({
  read,
}: Access): Pick<Tasks, "find" | "list" | "listTimes" | "listAlike" | "listRunning" | "count"> {
  return {
    find: (by) => findTask(read, by.id),

    async list(filter) {
      let query = selectTasks(read)
        .select("tasks.preview")
        .where((eb) => eb.and(conditionsOf(eb, filter)));
      if (filter.cursor !== null) {
        query = query.where("tasks.id", filter.descending ? "<" : ">", filter.cursor);
      }
      const rows = await query
        .orderBy("tasks.id", filter.descending ? "desc" : "asc")
        .limit(filter.limit)
        .execute();
      return rows.map(toListedTask);
    },

    async listTimes(filter) {
      return await selectTimes(read)
        .where((eb) => eb.and(conditionsOf(eb, filter)))
        .limit(filter.limit)
        .execute();
    },

    async listAlike({ id, within, limit }) {
      const given = await read
        .selectFrom("tasks")
        .select(["owner_id", "name", "preview"])
        .where("id", "=", id)
        .executeTakeFirst();
      if (given === undefined) {
        return [];
      }
      const program = programIn(given.preview);
      const named = await selectTimes(read)
        .select("preview")
        .where("tasks.id", "<", id)
        .where("tasks.id", ">=", id - within)
        .where("owner_id", "=", given.owner_id)
        .where("status", "=", "completed")
        .where("name", "=", given.name)
        .limit(limit * namesakes)
        .execute();
      const alike = named.filter(({ preview }) => programIn(preview) === program).slice(0, limit);
      return alike.map(({ preview: _, ...times }) => times);
    },

    async listRunning({ ownerId }) {
      const running = read
        .selectFrom("tasks")
        .select(["id", "node_id as nodeId"])
        .where("status", "=", "running")
        .orderBy("id");
      return await (ownerId === null ? running : running.where("owner_id", "=", ownerId)).execute();
    },

    async count(filter) {
      const row = await read
        .selectFrom("tasks")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where((eb) => eb.and(conditionsOf(eb, filter)))
        .executeTakeFirstOrThrow();
      return row.count;
    },
  };
}

/** Of so many times as many tasks with the same name the program is looked at. */
const namesakes = 4;

/** The program alone, of long ones the beginning: a preview also tells how it may be tried again. */
function programIn(preview: string): string {
  return JSON.stringify(parsePreview(preview).spec.program);
}

/** The newest first. */
function selectTimes(read: Access["read"]) {
  return read
    .selectFrom("tasks")
    .select(["tasks.id", "name", "status", "outcome"])
    .select(["created_at as createdAt", "started_at as startedAt", "completed_at as completedAt"])
    .orderBy("tasks.id", "desc");
}

function conditionsOf(eb: ExpressionBuilder<Database, "tasks">, filter: TaskFilter): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  if (filter.ownerId !== null) {
    conditions.push(eb("tasks.owner_id", "=", filter.ownerId));
  }
  if (filter.statuses !== undefined) {
    // An empty list is no SQL to most databases.
    const isNone = filter.statuses.length === 0;
    conditions.push(isNone ? sql<SqlBool>`1 = 0` : eb("tasks.status", "in", filter.statuses));
  }
  if (filter.queue !== undefined) {
    conditions.push(eb("tasks.queue", "=", filter.queue));
  }
  if (filter.tag !== undefined) {
    const tagged = eb.selectFrom("task_tags").select("task_tags.task_id").where("task_tags.tag", "=", filter.tag);
    conditions.push(eb("tasks.id", "in", tagged));
  }
  if (filter.text !== undefined) {
    conditions.push(matches(eb, filter.text));
  }
  if (filter.createdSince !== undefined) {
    conditions.push(eb("tasks.created_at", ">=", filter.createdSince));
  }
  if (filter.createdUntil !== undefined) {
    conditions.push(eb("tasks.created_at", "<=", filter.createdUntil));
  }
  if (filter.ids !== undefined) {
    conditions.push(filter.ids.length === 0 ? sql<SqlBool>`1 = 0` : eb("tasks.id", "in", filter.ids));
  }
  if (filter.endedSince !== undefined) {
    conditions.push(eb("tasks.completed_at", ">=", filter.endedSince));
  }
  if (filter.endedBefore !== undefined) {
    conditions.push(eb("tasks.completed_at", "<", filter.endedBefore));
  }
  if (filter.nodeName !== undefined) {
    conditions.push(eb("tasks.node_name", "=", filter.nodeName));
  }
  if (filter.outcomes !== undefined) {
    const isNone = filter.outcomes.length === 0;
    conditions.push(isNone ? sql<SqlBool>`1 = 0` : eb("tasks.outcome", "in", filter.outcomes));
  }
  return conditions;
}

function matches(eb: ExpressionBuilder<Database, "tasks">, text: string): Expression<SqlBool> {
  // No text has it, and SQLite takes it for the end of the pattern.
  if (text.includes("\0")) {
    return sql<SqlBool>`1 = 0`;
  }
  const found = sql<SqlBool>`${eb.ref("tasks.search_text")} like ${containing(text)} escape '!'`;
  const isId = /^[0-9]{1,15}$/.test(text);
  return isId ? eb.or([found, eb("tasks.id", "=", Number(text))]) : found;
}

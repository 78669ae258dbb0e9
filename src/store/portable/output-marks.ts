import type { MarksRow, OutputMarks } from "../output-marks.ts";
import type { AttemptKey } from "../store.ts";
import type { Access } from "./access.ts";
import { writeRunning } from "./attempt-fence.ts";
import type { Connection } from "./schema.ts";

/** Of one page: 4 MiB of text at most. */
const pageRows = 64;

type Append = Parameters<OutputMarks["append"]>[0];
type DropInside = Parameters<OutputMarks["dropInside"]>[0];
type Page = Parameters<OutputMarks["list"]>[0];

const columns = ["first_byte as firstByte", "end_byte as endByte", "text"] as const;

/** The marks of attempts, in the order of their offsets, behind the same fence as their bytes. */
export function outputMarksOn({ read, write }: Access): OutputMarks {
  return {
    append: (row) => write((db) => append(db, row)),

    dropInside: (range) => write((db) => dropInside(db, range)),

    async last(of) {
      return (await lastRow(read, of).select(columns).executeTakeFirst()) ?? null;
    },

    list: (page) => list(read, page),
  };
}

function rowsOf(db: Connection, { taskId, attempt }: { taskId: number; attempt: number }) {
  return db.selectFrom("output_marks").where("task_id", "=", taskId).where("attempt", "=", attempt);
}

function lastRow(db: Connection, of: { taskId: number; attempt: number }) {
  return rowsOf(db, of).orderBy("first_byte", "desc").limit(1);
}

/** Nothing about the task changes: it is written for the fence alone. */
function holdRunning(db: Connection, key: AttemptKey): Promise<boolean> {
  return writeRunning(db, key, { task: { attempt: key.attempt }, attempt: null });
}

async function append(db: Connection, { firstByte, endByte, text, ...key }: Append): Promise<boolean> {
  if (!(await holdRunning(db, key))) {
    return false;
  }
  const known = await rowsOf(db, key).select("text").where("first_byte", "=", firstByte).executeTakeFirst();
  if (known === undefined) {
    const place = { task_id: key.taskId, attempt: key.attempt, first_byte: firstByte };
    await db
      .insertInto("output_marks")
      .values({ ...place, end_byte: endByte, text })
      .execute();
  } else if (known.text.length <= text.length && known.text !== text) {
    await db
      .updateTable("output_marks")
      .set({ end_byte: endByte, text })
      .where("task_id", "=", key.taskId)
      .where("attempt", "=", key.attempt)
      .where("first_byte", "=", firstByte)
      .execute();
  }
  return true;
}

async function dropInside(db: Connection, { gap, ...key }: DropInside): Promise<boolean> {
  if (!(await holdRunning(db, key))) {
    return false;
  }
  const last = await lastRow(db, key).select("first_byte as firstByte").executeTakeFirst();
  if (last !== undefined) {
    await db
      .deleteFrom("output_marks")
      .where("task_id", "=", key.taskId)
      .where("attempt", "=", key.attempt)
      .where("first_byte", ">=", gap.first)
      .where("first_byte", "<", last.firstByte)
      .where("end_byte", "<=", gap.last + 1)
      .execute();
  }
  return true;
}

/** From the row that may reach the first byte on: those before it are not gone through, however many they are. */
async function list(db: Connection, page: Page): Promise<{ rows: MarksRow[]; isMore: boolean }> {
  const reaching = await rowsOf(db, page)
    .select("first_byte as firstByte")
    .where("first_byte", "<=", page.first)
    .orderBy("first_byte", "desc")
    .limit(1)
    .executeTakeFirst();
  const rows = await rowsOf(db, page)
    .select(columns)
    .where("first_byte", ">=", reaching?.firstByte ?? 0)
    .where("first_byte", "<", page.end)
    .where("end_byte", ">", page.first)
    .orderBy("first_byte")
    .limit(pageRows + 1)
    .execute();
  return { rows: rows.slice(0, pageRows), isMore: rows.length > pageRows };
}

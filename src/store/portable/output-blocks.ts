import type { OutputBlock, OutputBlocks } from "../output-blocks.ts";
import type { Access } from "./access.ts";
import { writeRunning } from "./attempt-fence.ts";
import type { Connection } from "./schema.ts";

/** Of one page: as many rows as are looked at, and as many bytes, as the process wrote them, as are answered. */
const pageRows = 256;
const pageBytes = 4 * 1024 * 1024;

type BlockPlace = { taskId: number; attempt: number };
type Append = Parameters<OutputBlocks["append"]>[0];
type Page = Parameters<OutputBlocks["list"]>[0];

/**
 * The bytes of attempts, in the order of their offsets. The fence of attempts holds here too: what a node that was given
 * up says late is not taken. Each write tells the record how far the output goes, so that of a node that dies the record
 * knows as much as can be read.
 */
export function outputBlocksOn({ read, write }: Access): OutputBlocks {
  return {
    append: (block) => write((db) => append(db, block)),

    dropInside: ({ gap, end, ...key }) =>
      write(async (db) => {
        const applies = await writeRunning(db, key, {
          task: { output_bytes: end },
          attempt: { output_bytes: end, gap_first: gap.first, gap_last: gap.last },
        });
        if (applies) {
          await db
            .deleteFrom("output_blocks")
            .where("task_id", "=", key.taskId)
            .where("attempt", "=", key.attempt)
            .where("first_byte", ">=", gap.first)
            .where((eb) => eb(eb("first_byte", "+", eb.ref("length")), "<=", gap.last + 1))
            .execute();
        }
        return applies;
      }),

    async list(page) {
      const blocks = await readBlocks(read, page);
      // Asked after the blocks: one that is missing because it was removed is in the gap that was recorded with that.
      const row = await read
        .selectFrom("attempts")
        .select(["gap_first", "gap_last", "ended_at"])
        .where("task_id", "=", page.taskId)
        .where("number", "=", page.attempt)
        .executeTakeFirst();
      const first = row?.gap_first ?? null;
      const last = row?.gap_last ?? null;
      const gap = first === null || last === null ? null : { first, last };
      return { blocks, gap, isOver: row !== undefined && row.ended_at !== null };
    },

    async last(of) {
      const row = await blocksOf(read, of)
        .select(["first_byte as firstByte", "length"])
        .orderBy("first_byte", "desc")
        .limit(1)
        .executeTakeFirst();
      return row ?? null;
    },
  };
}

function blocksOf(db: Connection, { taskId, attempt }: BlockPlace) {
  return db.selectFrom("output_blocks").where("task_id", "=", taskId).where("attempt", "=", attempt);
}

async function append(db: Connection, { firstByte, length, encoding, bytes, ...key }: Append): Promise<boolean> {
  const end = { output_bytes: firstByte + length };
  if (!(await writeRunning(db, key, { task: end, attempt: end }))) {
    return false;
  }
  const known = await blocksOf(db, key).select("length").where("first_byte", "=", firstByte).executeTakeFirst();
  if (known === undefined) {
    const place = { task_id: key.taskId, attempt: key.attempt, first_byte: firstByte };
    await db
      .insertInto("output_blocks")
      .values({ ...place, length, encoding, bytes })
      .execute();
  } else if (known.length < length) {
    await db
      .updateTable("output_blocks")
      .set({ length, encoding, bytes })
      .where("task_id", "=", key.taskId)
      .where("attempt", "=", key.attempt)
      .where("first_byte", "=", firstByte)
      .execute();
  }
  return true;
}

/** Which come first, without their bytes; then those that fit in a page. */
async function readBlocks(db: Connection, page: Page): Promise<OutputBlock[]> {
  const places = await blocksOf(db, page)
    .select(["first_byte as firstByte", "length"])
    .where("first_byte", ">=", page.fromBlock)
    .where((eb) => eb(eb("first_byte", "+", eb.ref("length")), ">", page.beyondByte))
    .orderBy("first_byte")
    .limit(pageRows)
    .execute();
  const [first] = places;
  if (first === undefined) {
    return [];
  }
  let size = 0;
  let last = first;
  for (const place of places) {
    size += place.length;
    if (size > pageBytes && place !== first) {
      break;
    }
    last = place;
  }
  return blocksOf(db, page)
    .select(["first_byte as firstByte", "length", "encoding", "bytes"])
    .where("first_byte", ">=", first.firstByte)
    .where("first_byte", "<=", last.firstByte)
    .orderBy("first_byte")
    .execute();
}

import type { BareConnection, ColumnTypes } from "../portable/dialect.ts";

/** What attempts wrote, in blocks, for the machines that cannot read the node's files. */
export async function outputBlocks(db: BareConnection, { bigint, bytes }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable("output_blocks")
    .addColumn("task_id", bigint, (column) => column.notNull().references("tasks.id"))
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("first_byte", bigint, (column) => column.notNull())
    .addColumn("length", "integer", (column) => column.notNull())
    .addColumn("encoding", "varchar(10)", (column) => column.notNull())
    .addColumn("bytes", bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint("output_blocks_pk", ["task_id", "attempt", "first_byte"])
    .execute();
}

import type { BareConnection, ColumnTypes } from "../portable/dialect.ts";

/** Which bytes of outputs came from standard error, for the machines that cannot read the node's files. */
export async function outputMarks(db: BareConnection, { bigint, longText }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable("output_marks")
    .addColumn("task_id", bigint, (column) => column.notNull().references("tasks.id"))
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("first_byte", bigint, (column) => column.notNull())
    .addColumn("end_byte", bigint, (column) => column.notNull())
    .addColumn("text", longText, (column) => column.notNull())
    .addPrimaryKeyConstraint("output_marks_pk", ["task_id", "attempt", "first_byte"])
    .execute();
}

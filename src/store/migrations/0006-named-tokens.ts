import type { BareConnection, ColumnTypes } from "../portable/dialect.ts";

/** Tokens people make for programs: what they are called, when they end, and of every token when it was last used. */
export async function namedTokens(db: BareConnection, { bigint }: ColumnTypes): Promise<void> {
  await db.schema.alterTable("tokens").addColumn("name", "varchar(100)").execute();
  await db.schema.alterTable("tokens").addColumn("last_used_at", bigint).execute();
  await db.schema.alterTable("tokens").addColumn("expires_at", bigint).execute();
}

import type { Compilable, CompiledQuery, QueryResult } from "kysely";
import type { Connection } from "./schema.ts";

/**
 * A statement that is built and compiled once per database, and run with other values each time. Building one anew costs
 * several times what SQLite needs to run it, and the hot path runs some twenty per task.
 *
 * The builder is called once, with marks in place of values: it may hand them on to be bound, and nothing else.
 */
export type Statement<Values extends readonly unknown[], Row> = (
  db: Connection,
  ...values: Values
) => Promise<QueryResult<Row>>;

type Mark = { position: number };
type Compiled<Row> = { query: CompiledQuery<Row>; positions: readonly (number | null)[] };

export function statement<Values extends readonly unknown[], Row>(
  count: Values["length"],
  build: (db: Connection, ...values: Values) => Compilable<Row>,
): Statement<Values, Row> {
  // Databases that speak the same dialect have the same text.
  const byDialect = new Map<unknown, Compiled<Row>>();

  function compile(db: Connection): Compiled<Row> {
    const marks = Array.from({ length: count }, (_, position): Mark => ({ position }));
    const query = build(db, ...(marks as unknown as Values)).compile();
    const positions = query.parameters.map((value) => {
      const position = marks.indexOf(value as Mark);
      return position < 0 ? null : position;
    });
    return { query, positions };
  }

  return (db, ...values) => {
    const dialect = db.getExecutor().adapter.constructor;
    const known = byDialect.get(dialect);
    const { query, positions } = known ?? compile(db);
    if (known === undefined) {
      byDialect.set(dialect, { query, positions });
    }
    const parameters = positions.map((position, index) =>
      position === null ? query.parameters[index] : values[position],
    );
    return db.executeQuery<Row>({ ...query, parameters });
  };
}

import {
  type ColumnDefinitionNode,
  CreateTableNode,
  ForeignKeyConstraintNode,
  type KyselyPlugin,
  type OperationNode,
  sql,
} from "kysely";

/**
 * Tables as this program needs them, whatever the database's own defaults are: transactions, every character, and texts that
 * are equal only when they are the same (case, accents, spaces at the end). MySQL reads a reference that stands with
 * its column and then forgets it, so references become constraints of the table.
 */
export function tablePlugin(collation: string): KyselyPlugin {
  const options = sql`engine = InnoDB default character set utf8mb4 collate ${sql.raw(collation)}`.toOperationNode();
  return {
    transformQuery: ({ node }) =>
      node.kind === "CreateTableNode" ? withOptions(node as CreateTableNode, options) : node,
    transformResult: async ({ result }) => result,
  };
}

function withOptions(table: CreateTableNode, options: OperationNode): CreateTableNode {
  const columns: ColumnDefinitionNode[] = [];
  let made = CreateTableNode.cloneWithEndModifier(table, options);
  for (const { references, ...column } of table.columns) {
    columns.push(column);
    if (references !== undefined) {
      const key = ForeignKeyConstraintNode.create([column.column], references.table, references.columns);
      made = CreateTableNode.cloneWithConstraint(made, key);
    }
  }
  return { ...made, columns };
}

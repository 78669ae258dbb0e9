import { type Selectable, sql } from "kysely";
import type { NodeRow, NodeState, Nodes } from "../nodes.ts";
import type { Access } from "./access.ts";
import type { Dialect } from "./dialect.ts";
import type { Connection, Database } from "./schema.ts";

/**
 * Whether a node is alive is judged where its lease is kept: by the database's clock alone, so that no difference between
 * the clocks of two machines can make a living node dead. A forgotten node's row stays, since attempts name it.
 */
export function nodesOn({ read, write, note, dialect }: Access): Nodes {
  return {
    register: ({ leaseMs, isAlone = false, ...node }) =>
      write(async (db) => {
        await dialect.lock(db, "nodes");
        if (isAlone) {
          const others = db.updateTable("nodes").set({ lease_until: dialect.now }).where("node_key", "!=", node.key);
          await others.where("lease_until", ">", dialect.now).execute();
        }
        const named = selectNodes(db, dialect).where("name", "=", node.name).where("node_key", "!=", node.key);
        const other = await named.where("lease_until", ">", dialect.now).executeTakeFirst();
        if (other !== undefined) {
          return { kind: "name_taken", host: other.host, aliveForMs: other.alive_for_ms };
        }
        const said = {
          name: node.name,
          host: node.host,
          slots: node.slots,
          labels: JSON.stringify(node.labels),
          lanes: node.lanes === null ? null : JSON.stringify(node.lanes),
          version: node.version,
          seen_at: dialect.now,
          lease_until: sql<number>`${dialect.now} + ${leaseMs}`,
        };
        const known = await db
          .selectFrom("nodes")
          .select(["id", "state"])
          .where("node_key", "=", node.key)
          .executeTakeFirst();
        if (known === undefined) {
          const { now } = await db.selectNoFrom(dialect.now.as("now")).executeTakeFirstOrThrow();
          const first = { ...said, seen_at: now, lease_until: now + leaseMs, registered_at: now };
          await dialect.insertWithId(db, "nodes", { ...first, node_key: node.key, state: "active" });
        } else {
          const state = known.state === "draining" ? "draining" : "active";
          await db
            .updateTable("nodes")
            .set({ ...said, state })
            .where("id", "=", known.id)
            .execute();
        }
        const own = selectNodes(db, dialect).where("node_key", "=", node.key);
        return { kind: "registered", node: toNode(await own.executeTakeFirstOrThrow()) };
      }),

    heartbeat: ({ id, leaseMs }) =>
      note(async (db) => {
        const result = await db
          .updateTable("nodes")
          .set({ seen_at: dialect.now, lease_until: sql<number>`${dialect.now} + ${leaseMs}` })
          .where("id", "=", id)
          .where("state", "!=", "forgotten")
          .executeTakeFirst();
        return result.numUpdatedRows === 0n ? false : await stateOf(db, id);
      }),

    async find(by) {
      const row = await selectNodes(read, dialect).where("id", "=", by.id).executeTakeFirst();
      return row === undefined ? null : toNode(row);
    },

    async list() {
      const rows = await selectNodes(read, dialect).orderBy("id").execute();
      return rows.map(toNode);
    },

    setState: ({ id, state }) =>
      write(async (db) => {
        const known = db.updateTable("nodes").set({ state }).where("id", "=", id).where("state", "!=", "forgotten");
        return (await known.executeTakeFirst()).numUpdatedRows > 0n;
      }),

    forget: ({ id }) =>
      write(async (db) => {
        const result = await db
          .updateTable("nodes")
          .set({ state: "forgotten" })
          .where("id", "=", id)
          .where("state", "!=", "forgotten")
          .where("lease_until", "<=", dialect.now)
          .executeTakeFirst();
        return result.numUpdatedRows > 0n;
      }),
  };
}

/** All but the forgotten ones. */
function selectNodes(db: Connection, { now }: Dialect) {
  return db
    .selectFrom("nodes")
    .selectAll()
    .select([sql<number>`lease_until - ${now}`.as("alive_for_ms"), sql<number>`${now} - seen_at`.as("silent_for_ms")])
    .where("state", "!=", "forgotten");
}

async function stateOf(db: Connection, id: number): Promise<NodeState | false> {
  const row = await db.selectFrom("nodes").select("state").where("id", "=", id).executeTakeFirst();
  return row === undefined || row.state === "forgotten" ? false : row.state;
}

function toNode(row: Selectable<Database["nodes"]> & { alive_for_ms: number; silent_for_ms: number }): NodeRow {
  return {
    id: row.id,
    key: row.node_key,
    name: row.name,
    host: row.host,
    slots: row.slots,
    labels: JSON.parse(row.labels) as string[],
    lanes: row.lanes === null ? null : (JSON.parse(row.lanes) as string[]),
    state: row.state === "forgotten" ? "active" : row.state,
    version: row.version,
    registeredAt: row.registered_at,
    seenAt: row.seen_at,
    aliveForMs: row.alive_for_ms,
    silentForMs: row.silent_for_ms,
  };
}

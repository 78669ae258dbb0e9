import type { Selectable } from "kysely";
import type { NodeRow, Nodes } from "../store.ts";
import type { Access } from "./access.ts";
import type { Database } from "./schema.ts";

export function nodesOn({ read, write, note, dialect }: Access): Nodes {
  return {
    register: (node) =>
      write(async (db) => {
        await dialect.lock(db, "nodes");
        const said = {
          name: node.name,
          slots: node.slots,
          version: node.version,
          seen_at: node.now,
          lease_until: node.leaseUntil,
        };
        const known = await db.selectFrom("nodes").select("id").where("node_key", "=", node.key).executeTakeFirst();
        if (known === undefined) {
          await dialect.insertWithId(db, "nodes", { ...said, node_key: node.key, registered_at: node.now });
        } else {
          await db.updateTable("nodes").set(said).where("id", "=", known.id).execute();
        }
        const nodes = db.selectFrom("nodes").selectAll();
        return toNode(await nodes.where("node_key", "=", node.key).executeTakeFirstOrThrow());
      }),

    heartbeat: (node) =>
      note(async (db) => {
        const result = await db
          .updateTable("nodes")
          .set({ seen_at: node.now, lease_until: node.leaseUntil })
          .where("id", "=", node.id)
          .executeTakeFirst();
        return result.numUpdatedRows > 0n;
      }),

    async list() {
      const rows = await read.selectFrom("nodes").selectAll().orderBy("id").execute();
      return rows.map(toNode);
    },
  };
}

function toNode(row: Selectable<Database["nodes"]>): NodeRow {
  return {
    id: row.id,
    key: row.node_key,
    name: row.name,
    slots: row.slots,
    version: row.version,
    registeredAt: row.registered_at,
    seenAt: row.seen_at,
    leaseUntil: row.lease_until,
  };
}

import { describe } from "vitest";
import { missingServer } from "../../../test/support/databases/fresh-database.ts";
import { storeConformance } from "../conformance/store-conformance.ts";
import { openFreshOn } from "./fresh-server-database.ts";

/** Every database server, with the same tests. */
const servers = [
  { kind: "postgres", name: "PostgreSQL" },
  { kind: "mysql", name: "MariaDB" },
] as const;

for (const { kind, name } of servers) {
  const missing = missingServer(kind);
  describe.skipIf(missing !== null)(missing ?? name, () => {
    storeConformance(name, () => openFreshOn(kind));
  });
}

import { describe } from "vitest";
import { missingServer } from "../../../test/support/databases/fresh-database.ts";
import { storeConformance } from "../conformance/store-conformance.ts";
import { openFreshOn } from "../servers/fresh-server-database.ts";

const missing = missingServer("mysql");
describe.skipIf(missing !== null)(missing ?? "MariaDB", () => {
  storeConformance("MariaDB", () => openFreshOn("mysql"));
});

/** @module-tag whole */
import { afterAll, describe } from "vitest";
import { missingServer } from "../../../test/support/databases/fresh-database.ts";
import { storeConformance } from "../conformance/store-conformance.ts";
import { dropEmptied, openFreshOn } from "../servers/fresh-server-database.ts";

const missing = missingServer("mysql");
describe.skipIf(missing !== null)(missing ?? "MariaDB", () => {
  afterAll(() => dropEmptied("mysql"));
  storeConformance("MariaDB", () => openFreshOn("mysql"));
});

/** @module-tag whole */
import { databaseOutage } from "../support/databases/outage.ts";
import { isLong } from "../support/form.ts";

databaseOutage("postgres", "PostgreSQL");
// Half a minute of waiting for time-outs more; in the short form the first stands for both.
if (isLong) {
  databaseOutage("mysql", "MariaDB");
}

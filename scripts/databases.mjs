import { spawnSync } from "node:child_process";
import { root, runtime } from "./setup.mjs";

// Which tests run on which databases. SQLite has all of them; the servers have these with `npm run test:whole`, and all of
// test/api, test/cli and test/databases with `npm run test:databases`.
export const servers = [
  { kind: "postgres", name: "PostgreSQL" },
  { kind: "mysql", name: "MariaDB" },
];

/** Few files that touch most verbs of the store. */
export const alsoOnServers = [
  "test/api/account.test.ts",
  "test/api/idempotency.test.ts",
  "test/api/list.test.ts",
  "test/api/retry.test.ts",
  "test/api/seed-tasks.test.ts",
];

/** Why there is no such server on this machine; empty when there is one. */
export function whyMissing(kind) {
  const words = ["--no-warnings", "test/support/databases/say-missing.ts", kind];
  return spawnSync(runtime(), words, { cwd: root, encoding: "utf8" }).stdout;
}

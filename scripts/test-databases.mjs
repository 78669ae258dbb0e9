// `npm run test:databases`: the API and CLI tests with the record on PostgreSQL and on MariaDB, each server started by the
// tests, or the ones TEST_POSTGRES_URL and TEST_MYSQL_URL name. Takes minutes. Words after `--` are handed to the runner,
// such as a part of a file's name.
import { join } from "node:path";
import { servers, whyMissing } from "./databases.mjs";
import { ensurePackages } from "./packages.mjs";
import { ensureInstalled, ensureWebPage, root, run, runtime, say } from "./setup.mjs";

ensureInstalled();
ensurePackages();
ensureWebPage();
const files = process.argv.slice(2);
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
// db.test.ts goes from each database to each other by itself.
const all = ["test/api", "test/cli", "test/databases", "--exclude", "test/cli/db.test.ts"];
for (const { kind, name } of servers) {
  const missing = whyMissing(kind);
  if (missing !== "") {
    say(`\n▸ on ${name}: skipped, because there is ${missing}`);
    process.exitCode = process.env.CI === "true" ? 1 : process.exitCode;
    continue;
  }
  say(`\n▸ on ${name}`);
  const words = ["run", "--project", "integration", ...(files.length > 0 ? files : all)];
  run(runtime(), [vitest, ...words], { UTM_TEST_DATABASE: kind, UTM_TEST_LONG: "1" });
}

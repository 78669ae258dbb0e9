// `npm run test:cluster`: clusters of real servers, nodes, databases and Redis in their long form, with hundreds of tasks and
// outages of 20 seconds, on PostgreSQL and on MariaDB. Takes minutes and prints what was counted. Words after `--` are handed
// to the runner, such as a part of a file's name.
import { join } from "node:path";
import { ensurePackages } from "./packages.mjs";
import { ensureInstalled, root, run, runtime } from "./setup.mjs";

ensureInstalled();
ensurePackages();
const files = process.argv.slice(2);
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const words = ["run", "--project", "integration", ...(files.length > 0 ? files : ["test/cluster"])];
run(runtime(), [vitest, ...words], { UTM_TEST_LONG: "1" });

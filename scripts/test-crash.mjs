// `npm run test:crash`: the crash tests in their long form, with thousands of tasks and hundreds of kills. Takes minutes and
// prints what was counted. Words after `--` are handed to the runner, such as a part of a file's name.
import { join } from "node:path";
import { ensurePackages } from "./packages.mjs";
import { ensureInstalled, root, run, runtime } from "./setup.mjs";

ensureInstalled();
ensurePackages();
const files = process.argv.slice(2);
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const words = ["run", "--project", "integration", ...(files.length > 0 ? files : ["test/crash"])];
run(runtime(), [vitest, ...words], { UTM_TEST_LONG: "1" });

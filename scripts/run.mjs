// Sets up what is missing and runs a TypeScript file of the project on the right Node: `node scripts/run.mjs FILE …`.

import { join } from "node:path";
import { ensureInstalled, root, run, runtime } from "./setup.mjs";

ensureInstalled();
const [file, ...words] = process.argv.slice(2);
run(runtime(), [join(root, file), ...words]);

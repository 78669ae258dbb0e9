// `npm run build`: plain JavaScript for a published package (dist/), and the web page (dist/web).
import { join } from "node:path";
import { ensureInstalled, ensureWebPage, root, run, runtime } from "./setup.mjs";

ensureInstalled();
run(runtime(), [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"]);
ensureWebPage();

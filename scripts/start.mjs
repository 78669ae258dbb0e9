// `npm start`: set up what is missing, then the server, with any flags given after `--`.
import { join } from "node:path";
import { ensureInstalled, ensureWebPage, root, runUntilStopped } from "./setup.mjs";

ensureInstalled();
ensureWebPage();
runUntilStopped([join(root, "src", "cli", "main.ts"), "serve", ...process.argv.slice(2)]);

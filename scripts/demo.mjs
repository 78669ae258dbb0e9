// `npm run demo`: sets up what is missing and runs the demonstration until it is stopped.
import { join } from "node:path";
import { ensureInstalled, ensureWebPage, root, runUntilStopped } from "./setup.mjs";

ensureInstalled();
ensureWebPage();
runUntilStopped([join(root, "demo", "main.ts"), ...process.argv.slice(2)]);

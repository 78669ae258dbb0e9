// `npm start`: set up what is missing, then the server, with any flags given after `--`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureInstalled, ensureWebPage, root, runtime } from "./setup.mjs";

ensureInstalled();
ensureWebPage();

const words = [join(root, "src", "cli", "main.ts"), "serve", ...process.argv.slice(2)];
const compileCache = join(root, "node_modules", ".cache", "utm-start");
const server = spawn(runtime(), words, {
  stdio: "inherit",
  env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
});
// A terminal sends Ctrl-C to the server as well; a supervisor signals only this process.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => server.kill(signal));
}
server.on("exit", (code, signal) => {
  process.exitCode = signal === null ? code : 1;
});

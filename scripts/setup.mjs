// What every npm script does first, on any Node from 18 on: install what package-lock.json names, if it is missing or
// stale, and build the web page, if it is missing or older than its sources. A second run does nothing and takes
// milliseconds. The project runs on the Node that it brings as a dependency, whatever Node started this file.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installStamp = join(root, "node_modules", ".installed");
const webStamp = join(root, "dist", "web", ".built");
const webSources = ["src/web", "src/contract", "src/client", "vite.config.ts", "package-lock.json"];

/** Runs npm ci when node_modules does not match package-lock.json. */
export function ensureInstalled() {
  const wanted = hash([join(root, "package-lock.json")]);
  if (read(installStamp) === wanted) {
    return;
  }
  say("Installing dependencies (npm ci) …");
  run("npm", ["ci", "--no-audit", "--no-fund"]);
  writeFileSync(installStamp, wanted);
}

/** Builds the web page when a source of it changed. */
export function ensureWebPage() {
  const wanted = hash(webSources.flatMap((path) => filesIn(join(root, path))));
  if (read(webStamp) === wanted) {
    return;
  }
  say("Building the web page …");
  run(runtime(), [join(root, "node_modules", "vite", "bin", "vite.js"), "build", "--logLevel", "warn"]);
  mkdirSync(dirname(webStamp), { recursive: true });
  writeFileSync(webStamp, wanted);
}

/** The Node to run the project with: this one if it is new enough, else the one among the dependencies. */
export function runtime() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 15)) {
    return process.execPath;
  }
  const bundled = join(root, "node_modules", `node-linux-${process.arch}`, "bin", "node");
  if (existsSync(bundled)) {
    return bundled;
  }
  fail(
    `This project needs Node 24.15 or newer. Node ${process.versions.node} runs here, and no newer one comes with the dependencies for ${process.platform} ${process.arch}.`,
  );
}

/** Runs a program with this terminal; ends this script with its exit code when it fails. */
export function run(command, words, environment = {}) {
  const result = spawnSync(command, words, { cwd: root, stdio: "inherit", env: { ...process.env, ...environment } });
  if (result.error) {
    fail(`${command} could not be run: ${result.error.message}`);
  }
  if (result.status !== 0) {
    process.exit(result.status ?? 1);
  }
}

/** Runs a long-lived program of the project on its Node, with this terminal, and ends as it ends. */
export function runUntilStopped(words) {
  const compileCache = join(root, "node_modules", ".cache", "utm-start");
  const program = spawn(runtime(), words, {
    stdio: "inherit",
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  // A terminal sends Ctrl-C to the program as well; a supervisor signals only this process.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => program.kill(signal));
  }
  program.on("exit", (code, signal) => {
    process.exitCode = signal === null ? code : 1;
  });
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

export function fail(text) {
  say(text);
  process.exit(1);
}

function filesIn(path) {
  if (!existsSync(path)) {
    return [];
  }
  if (statSync(path).isFile()) {
    return [path];
  }
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

function hash(paths) {
  const sum = createHash("sha256");
  for (const path of paths) {
    sum.update(path.slice(root.length)).update("\0").update(readFileSync(path)).update("\0");
  }
  return sum.digest("hex");
}

function read(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

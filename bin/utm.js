#!/usr/bin/env node
// Starts utm under a Node that is new enough: this one, or the runtime that is installed with the package.
// Written so that any Node from 18 on can read it.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const minimumNode = [24, 15];
const failureExitCode = 125;
const launcher = fileURLToPath(import.meta.url);

if (isNewEnough(process.versions.node)) {
  await runHere();
} else {
  runUnderBundledNode();
}

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1]);
}

async function runHere() {
  const cache = compileCacheDirectory();
  if (cache !== null) {
    module.enableCompileCache(cache);
  }
  await import(pathToFileURL(entryFile()).href);
}

/** The sources in a checkout; what was built from them elsewhere, because Node runs no TypeScript in node_modules. */
function entryFile() {
  const source = join(dirname(launcher), "..", "src", "cli", "main.ts");
  const isInstalled = source.split(sep).includes("node_modules");
  return !isInstalled && existsSync(source) ? source : join(dirname(launcher), "..", "dist", "cli", "main.js");
}

/** Compiled code is kept per user: in a directory that others can write to, they could plant code. */
function compileCacheDirectory() {
  const cacheHome = process.env.XDG_CACHE_HOME;
  if (cacheHome?.startsWith("/")) {
    return join(cacheHome, "utm", "compiled");
  }
  const home = homedir();
  return home === "" || home === "/" ? null : join(home, ".cache", "utm", "compiled");
}

function runUnderBundledNode() {
  const node = bundledNode();
  if (node === null) {
    const wanted = minimumNode.join(".");
    fail(`utm needs Node ${wanted} or newer, and this is ${process.versions.node}. Install a newer Node, or
     install utm with its optional dependencies, which bring one for Linux on x64 and arm64.`);
    return;
  }
  const child = spawn(node, [launcher, ...process.argv.slice(2)], { stdio: "inherit" });
  const forwarded = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of forwarded) {
    process.on(signal, () => {
      if (!reachesChildAnyway(signal)) {
        child.kill(signal);
      }
    });
  }
  child.on("error", (error) => fail(`Cannot start ${node}: ${error.message}.`));
  child.on("exit", (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? failureExitCode;
      return;
    }
    // Ending by the same signal tells whoever waits for us what really happened.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function bundledNode() {
  const require = module.createRequire(import.meta.url);
  try {
    const manifest = require.resolve(`node-${process.platform}-${process.arch}/package.json`);
    const node = join(dirname(manifest), "bin", "node");
    return existsSync(node) ? node : null;
  } catch {
    return null;
  }
}

/**
 * A terminal sends Ctrl-C to every process of the group in its foreground, so the child has it already; a second one
 * from here would count as pressing it twice.
 */
function reachesChildAnyway(signal) {
  if (signal !== "SIGINT") {
    return false;
  }
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [processGroup, terminal, foregroundGroup] = [fields[2], fields[4], fields[5]];
    return terminal !== "0" && processGroup === foregroundGroup;
  } catch {
    return false;
  }
}

function fail(message) {
  process.stderr.write(`utm: ${message}\n`);
  process.exitCode = failureExitCode;
}

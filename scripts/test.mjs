// `npm test`: set up what is missing and run what this machine can, one step after the other.
//
//   npm test                     the everyday form: all but the tests with the tag "whole"
//   npm run test:whole           all tests, and some of them once more with the record on each database server
//   npm test -- --only static    one group of steps (static, unit, integration, databases, browser)
//
// A step that cannot run here is skipped and named; with CI=true that counts as a failure. The last line counts tests.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium } from "./chromium.mjs";
import { alsoOnServers, servers, whyMissing } from "./databases.mjs";
import { ensurePackages } from "./packages.mjs";
import { ensureInstalled, ensureWebPage, root, runtime, say } from "./setup.mjs";

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : null;
const isWhole = process.argv.includes("--whole");
const isCi = process.env.CI === "true";
const results = join(root, "test-results");
const count = { passed: 0, failed: 0, skipped: 0 };
const problems = [];

ensureInstalled();
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const node = runtime();
const bin = (...path) => join(root, "node_modules", ...path);

if (wants("static")) {
  check("types of server, CLI and tests", [bin("typescript", "bin", "tsc"), "-p", "tsconfig.json"]);
  check("the program as it is built", [bin("typescript", "bin", "tsc"), "-p", "tsconfig.build.json", "--noEmit"]);
  check("types of the browser tests", [bin("typescript", "bin", "tsc"), "-p", "tsconfig.browser.json"]);
  check("types of the web page", [bin("typescript", "bin", "tsc"), "-p", "tsconfig.web.json"]);
  check("lint, format, import fences and cycles", [
    bin("@biomejs", "biome", "bin", "biome"),
    "ci",
    "--error-on-warnings",
    ".",
  ]);
  check("dead code and unused dependencies", [bin("knip", "bin", "knip.js")]);
  check("names and sizes of files", ["scripts/check-tree.mjs"]);
}
if (only !== "static") {
  ensurePackages();
}
if (wants("integration") || wants("databases") || wants("browser")) {
  ensureWebPage();
}
// In one run, so that no file has to wait for the slowest of the other kind.
const projects = ["unit", "integration"].filter(wants);
if (projects.length > 0) {
  vitest(projects, `${projects.join(" and ")} tests`);
}
if (wants("databases") && (isWhole || only !== null)) {
  for (const { kind, name } of servers) {
    const missing = whyMissing(kind);
    if (missing === "") {
      vitest(["integration"], `integration tests on ${name}`, alsoOnServers, { UTM_TEST_DATABASE: kind });
    } else {
      count.skipped += 1;
      problems.push(`skipped: integration tests on ${name}, because there is ${missing}`);
    }
  }
}
if (wants("browser")) {
  browser();
}
finish();

function wants(group) {
  return only === null || only === group;
}

function run(words, environment = {}) {
  const result = spawnSync(node, words, { cwd: root, stdio: "inherit", env: { ...process.env, ...environment } });
  return result.status === 0;
}

function check(name, words) {
  say(`\n▸ ${name}`);
  record(name, run(words));
}

function record(name, isFine) {
  if (isFine) {
    count.passed += 1;
  } else {
    count.failed += 1;
    problems.push(`failed: ${name}`);
  }
}

function vitest(projects, name, files = [], environment = {}) {
  say(`\n▸ ${name}`);
  const report = join(results, `${name.replaceAll(" ", "-")}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const filter = isWhole ? [] : ["--tags-filter=!whole"];
  const words = ["run", ...projects.flatMap((project) => ["--project", project]), ...filter, ...reporters, ...files];
  const isFine = run([bin("vitest", "vitest.mjs"), ...words], environment);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  const tests = (counts.testResults ?? []).flatMap((file) => file.assertionResults ?? []);
  const asked = tests.filter((test) => isWhole || !test.tags.includes("whole"));
  const skipped = asked.filter((test) => ["pending", "skipped"].includes(test.status));
  add(name, isFine, counts.numPassedTests ?? 0, counts.numFailedTests ?? 0, skipped.length);
  problems.push(...skipped.map((test) => `skipped: ${test.fullName}`));
}

function browser() {
  say("\n▸ browser tests");
  const chromium = ensureChromium();
  if (chromium === null) {
    count.skipped += 1;
    problems.push("skipped: all browser tests, because no Chromium is here (install Debian's package chromium)");
    return;
  }
  const report = join(results, "browser.json");
  const filter = isWhole ? [] : ["--grep-invert", "@whole"];
  const isFine = run([bin("@playwright", "test", "cli.js"), "test", ...filter], {
    ...chromium.environment,
    UTM_TEST_CHROMIUM: chromium.path,
  });
  const stats = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).stats : {};
  const passed = (stats.expected ?? 0) + (stats.flaky ?? 0);
  add("browser tests", isFine, passed, stats.unexpected ?? 0, stats.skipped ?? 0);
}

/** A runner that failed without a failed test (a crash, a leak, an unhandled error) counts as one. */
function add(name, isFine, passed, failed, skipped) {
  count.passed += passed;
  count.skipped += skipped;
  count.failed += isFine ? failed : Math.max(failed, 1);
  if (!isFine) {
    problems.push(`failed: ${name}`);
  }
}

function finish() {
  if (problems.length > 0) {
    say(`\n${problems.join("\n")}`);
  }
  if (isCi && count.skipped > 0) {
    say(`${count.skipped} skipped, which counts as a failure with CI=true.`);
  }
  if (!isWhole && only !== "static") {
    say('The everyday form, without the tests tagged "whole"; "npm run test:whole" runs all.');
  }
  console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  process.exitCode = count.failed > 0 || (isCi && count.skipped > 0) ? 1 : 0;
}

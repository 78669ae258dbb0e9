// Rules about the tree itself that no linter has: no buckets, no file above the limit. Prints each violation; exit code 1
// when there is one.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const maxLines = 400;
const buckets = /^(utils?|helpers?|types?|lib|common|misc|shared)(\.(ts|tsx|mjs))?$/;
const tracked = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" });
const code = tracked.stdout.split("\n").filter((path) => /\.(ts|tsx|mjs|js)$/.test(path));
const problems = [];

for (const path of code) {
  const lines = readFileSync(path, "utf8").split("\n").length - 1;
  if (lines > maxLines) {
    problems.push(`${path} has ${lines} lines; the limit is ${maxLines}. Is it one thing?`);
  }
  if (path.split("/").some((part) => buckets.test(part)) || buckets.test(basename(path))) {
    problems.push(`${path} is named after nothing. Name it after what it answers.`);
  }
}
if (code.length === 0) {
  problems.push("No source file was found: this check has to run in a git checkout.");
}
for (const problem of problems) {
  console.error(problem);
}
process.exitCode = problems.length > 0 ? 1 : 0;

import type { Command } from "commander";
import { ConfigMistakes, loadConfig } from "../../config/load.ts";
import type { Finding } from "../../server/doctor.ts";
import { type Deps, tell } from "../deps.ts";
import { usageExitCode } from "../failure.ts";
import type { Paint } from "../print/colour.ts";
import { printJson, tableOptions } from "../print/output.ts";
import { addServerFlags, readServerFlags } from "../server-flags.ts";

export type DoctorOptions = { json?: boolean };

const help = `
Finds out what this machine can do for tasks by doing each thing once, with the settings "utm serve" would
use and as the user who asks. Nothing is installed or changed, and a running server is not disturbed.

Exit code: 0 when tasks survive the server and can be ended (but for a true daemon, where it says so),
else 1.

Examples:
  utm doctor
  sudo utm doctor --run-as worker
  utm doctor --json | jq '.[] | select(.available | not)'
`;

export function declare(command: Command, deps: Deps): void {
  addServerFlags(command)
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (options: DoctorOptions) => {
      deps.finish(await run(options, command, deps));
    });
}

export async function run(options: DoctorOptions, command: Command, deps: Deps): Promise<number> {
  let findings: Finding[];
  try {
    const { config } = loadConfig(readServerFlags(command, deps.env));
    // Only here: every other verb starts without the server's code.
    const { examine } = await import("../../server/doctor.ts");
    findings = await examine(config);
  } catch (error) {
    if (error instanceof ConfigMistakes) {
      for (const mistake of error.mistakes) {
        tell(deps, mistake);
      }
      return usageExitCode;
    }
    throw error;
  }
  if (options.json === true) {
    printJson(deps, findings.map(toJson));
  } else {
    const { paint } = tableOptions(deps);
    deps.stdout.write(findings.map((finding) => linesOf(finding, paint)).join(""));
  }
  return findings.every((finding) => finding.isAvailable || !finding.isEssential) ? 0 : 1;
}

/** Names as in all other JSON of this command line. */
function toJson({ name, what, isAvailable, isEssential, how, reason }: Finding) {
  return { name, what, available: isAvailable, essential: isEssential, how, reason };
}

const nameWidth = 14;

/** A line for what it is and how, and one for why not, or what is missing; whole, since they are there to be read. */
function linesOf({ name, what, isAvailable, how, reason }: Finding, paint: Paint): string {
  const mark = !isAvailable
    ? paint("red", "✕ no    ")
    : reason === null
      ? paint("green", "✓ yes   ")
      : paint("yellow", "~ partly");
  const first = `${mark}  ${name.padEnd(nameWidth)} ${what}${how === "" ? "" : `: ${how}`}`;
  const indent = " ".repeat("~ partly  ".length + nameWidth + 1);
  return reason === null ? `${first}\n` : `${first}\n${indent}${reason}\n`;
}

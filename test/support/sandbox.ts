import { mkdtempSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Sandbox } from "../../src/supervise/launcher/sandbox.ts";
import { findShell } from "../../src/supervise/launcher/shell.ts";
import type { RunAs } from "../../src/supervise/order.ts";
import { probeSandbox } from "../../src/supervise/probes/sandbox.ts";
import { usualPath } from "./shells.ts";
import { removeDirectory } from "./temporary-directory.ts";

/** The sandboxes this machine can make. What it cannot is named, with the reason. */
export async function workingSandboxes(runAs: RunAs | null = null): Promise<Sandbox[]> {
  const found: Sandbox[] = [];
  for (const kind of ["bubblewrap", "namespaces"] as const) {
    const means = { shell: findShell(usualPath), runAs, searchPath: usualPath };
    const hidden = mkdtempSync(join(homedir(), ".utm-test-"));
    const sandbox = await probeSandbox(means, hidden, [kind]).finally(() => removeDirectory(hidden));
    if ("unavailable" in sandbox) {
      process.stderr.write(`SKIPPED: the sandbox by ${kind}; ${sandbox.unavailable}\n`);
    } else {
      found.push(sandbox);
    }
  }
  return found;
}

/** A directory outside /tmp, which a sandbox replaces by one of its own. */
export function directoryAtHome(): string {
  const directory = realpathSync(mkdtempSync(join(homedir(), ".utm-test-")));
  onTestFinished(() => removeDirectory(directory));
  return directory;
}

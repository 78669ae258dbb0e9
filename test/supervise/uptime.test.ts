import { spawn, spawnSync } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { runMs, uptimeMs } from "../../src/supervise/machine.ts";
import { readStat } from "../../src/supervise/processes/proc.ts";
import { waitFor } from "../support/wait-for.ts";

/** Shows this program another uptime, as lxcfs does. */
const showAnother = `unshare -m sh -c 'echo "1.00 1.00" >/tmp/$$ && mount --bind /tmp/$$ /proc/uptime && rm /tmp/$$; exec "$@"' sh "$@"`;
const canShowAnother = spawnSync("sh", ["-c", showAnother, "sh", "true"]).status === 0;
if (!canShowAnother) {
  process.stderr.write("SKIPPED: the uptime of a container; mounts cannot be made here\n");
}

/** How long a process has run is told by the machine's uptime, not by the wall clock. */
describe("runMs", () => {
  it("counts from the process's own start", async () => {
    const before = uptimeMs();
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const stat = await waitFor("the process", () => readStat(child.pid ?? 0));
    const first = runMs(stat);
    // Both clocks count in hundredths of a second.
    expect(first).toBeLessThanOrEqual(uptimeMs() - before + 20);
    await waitFor("the time to pass", () => runMs(stat) >= first + 50);
    expect(uptimeMs() - before).toBeGreaterThanOrEqual(50);
  });

  it.skipIf(!canShowAnother)("is not fooled by a container's own uptime", () => {
    const module = new URL("../../src/supervise/machine.ts", import.meta.url);
    const text = [
      `const { runMs, uptimeMs } = await import(${JSON.stringify(module.href)});`,
      "const { readFileSync } = await import('node:fs');",
      "const startTicks = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[19];",
      "process.stdout.write(JSON.stringify([runMs({ startTicks }), uptimeMs()]));",
    ].join("\n");
    const before = uptimeMs();
    const { stdout } = spawnSync("sh", ["-c", showAnother, "sh", process.execPath, "--input-type=module", "-e", text]);
    const [ranMs, atMs] = JSON.parse(stdout.toString());
    const after = uptimeMs();
    expect(ranMs).toBeGreaterThan(0);
    expect(ranMs).toBeLessThanOrEqual(after - before + 20);
    expect(atMs).toBeGreaterThanOrEqual(before - 20);
    expect(atMs).toBeLessThanOrEqual(after + 20);
  });

  it("is not negative for a process that begins this moment", () => {
    expect(runMs({ startTicks: `${Math.ceil(uptimeMs() / 10) + 5}` })).toBe(0);
  });
});

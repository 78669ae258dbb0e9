import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { testDirectory } from "../support/directory.ts";

type Finding = { name: string; available: boolean; how: string; reason: string | null };

/** What the doctor says of this machine is what it tried: with and without control groups, and leaving nothing behind. */
const isRoot = process.getuid?.() === 0;

async function examine(more: string[] = []) {
  const home = testDirectory();
  const result = await runCli(["doctor", "--json", "--data-dir", join(home, "data"), ...more], { home });
  return { ...result, findings: JSON.parse(result.stdout) as Finding[], home };
}

function named(findings: readonly Finding[], name: string): Finding {
  const finding = findings.find((one) => one.name === name);
  if (finding === undefined) {
    throw new Error(`There is no finding named ${name}.`);
  }
  return finding;
}

describe("utm doctor", () => {
  it("finds that tasks survive and that trees can be ended, with a reason for each that is not there", async () => {
    const { exitCode, findings, home } = await examine();
    expect(exitCode).toBe(0);
    const names =
      "survive,tree kill,cgroup,memory limit,process limit,cpu, files,nice,other user,sandbox,terminal,marked stderr,output cap";
    expect(findings.map((finding) => finding.name).join(",")).toBe(names);
    for (const finding of findings) {
      expect(finding.available || (finding.reason ?? "") !== "", finding.name).toBe(true);
      expect(finding.available ? finding.how !== "" : true, finding.name).toBe(true);
    }
    expect(named(findings, "survive").available).toBe(true);
    expect(named(findings, "tree kill").available).toBe(true);
    expect(named(findings, "other user").available).toBe(isRoot);
    expect(existsSync(join(home, "data"))).toBe(false);
  });

  it("says which processes get away without control groups", async () => {
    const { exitCode, findings } = await examine(["--cgroup", "off"]);
    expect(exitCode).toBe(0);
    expect(named(findings, "cgroup")).toMatchObject({
      available: false,
      reason: expect.stringContaining("turned off"),
    });
    expect(named(findings, "tree kill")).toMatchObject({
      available: true,
      how: "by looking through all processes",
      reason: expect.stringContaining("A true daemon"),
    });
    expect(named(findings, "memory limit").how).toContain("sampled");
  });

  it("prints it for people, and leaves no directory behind", async () => {
    const home = testDirectory();
    const scratch = testDirectory();
    const options = { home, environment: { TMPDIR: scratch } };
    const { exitCode, stdout } = await runCli(["doctor", "--data-dir", join(home, "data")], options);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^✓ yes +survive +tasks outlive the server, with their exact end: /m);
    expect(stdout).toMatch(/^(✓ yes|~ partly) +tree kill +a kill ends all processes of a task: /m);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it("tells a wrong configuration, and tries nothing", async () => {
    const home = testDirectory();
    const { exitCode, stderr } = await runCli(["doctor", "--cgroup", "perhaps"], { home });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--cgroup must be one of: auto, off");
  });
});

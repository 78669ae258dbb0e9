import { chmodSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { probeLimits, probeNice } from "../../src/supervise/probes/limits.ts";
import { probeMarking } from "../../src/supervise/probes/marking.ts";
import { probePty } from "../../src/supervise/probes/pty.ts";
import { probeRunAs } from "../../src/supervise/probes/run-as.ts";
import { probeSandbox, sandboxCapability } from "../../src/supervise/probes/sandbox.ts";
import type { ProbeMeans } from "../../src/supervise/probes/try-out.ts";
import { testDirectory } from "../support/directory.ts";
import { installedShells, prepareShell } from "../support/shells.ts";

/** What a probe calls available was done; what it does not, it says why in words. */
const isRoot = process.getuid?.() === 0;
const sentence = expect.stringMatching(/^[A-Z].+\.$/);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(installedShells())("on $name", (shell) => {
  function means(tools: Partial<ProbeMeans["shell"]["tools"]> = {}): ProbeMeans {
    const directory = testDirectory();
    // Another user has to reach the shell, too.
    chmodSync(directory, 0o711);
    const prepared = prepareShell(shell, directory);
    const changed = { ...prepared.shell, tools: { ...prepared.shell.tools, ...tools } };
    return { shell: changed, searchPath: prepared.searchPath, runAs: null, sandbox: null };
  }

  it("finds limits, niceness, and other users where the server is root", async () => {
    expect(await probeLimits(means())).toEqual({ isAvailable: true, how: "ulimit", reason: null });
    const nice = await probeNice(means());
    expect([nice.isAvailable, nice.reason]).toEqual([true, isRoot ? null : sentence]);
    expect((await probeRunAs(means())).isAvailable).toBe(isRoot);
    const pty = await probePty(means());
    expect([pty.isAvailable, pty.reason]).toEqual(shell.hasBusyboxTools ? [false, sentence] : [true, null]);
    expect(await probeMarking(means())).toEqual({
      isAvailable: true,
      how: expect.stringMatching(/\/perl$/),
      reason: null,
    });
  });

  it.skipIf(!isRoot)("tries another user also where TMPDIR is the server's alone", async () => {
    const tried = means();
    vi.stubEnv("TMPDIR", testDirectory());
    expect(statSync(tmpdir()).mode & 0o077).toBe(0);
    expect(await probeRunAs(tried)).toMatchObject({ isAvailable: true, reason: null });
  });

  it("says why where a tool is missing, or does not do what it should", async () => {
    for (const probe of [
      await probeNice(means({ nice: null })),
      await probeNice(means({ nice: "/bin/echo" })),
      await probePty(means({ script: null })),
      await probePty(means({ script: "/bin/false" })),
      await probeMarking(means({ perl: null })),
      await probeMarking(means({ perl: "/bin/true" })),
      await probeRunAs(means({ setpriv: null })),
      await probeRunAs(means({ setpriv: "/bin/false" })),
    ]) {
      expect(probe).toEqual({ isAvailable: false, how: "", reason: sentence });
    }
  });

  it("does not call a sandbox one that leaves open what it should close", async () => {
    const found = await probeSandbox(means(), testDirectory(), []);
    expect(sandboxCapability(found)).toEqual({ isAvailable: false, how: "", reason: sentence });
    if (!shell.name.startsWith("busybox")) {
      const open = await probeSandbox(means(), homedir());
      expect(sandboxCapability(open).isAvailable).toBe("kind" in open);
    }
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readCgroup, readCgroupPids } from "./cgroup.ts";

/** The files' text as the kernel writes it. A real cgroup is in test/supervise/usage.test.ts, if the machine has one. */
function directoryWith(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), "utm-cgroup-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

it("reads what all controllers tell", () => {
  const directory = directoryWith({
    "cpu.stat": "usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\ncore_sched.force_idle_usec 0\n",
    "memory.peak": "104857600\n",
    "io.stat":
      "8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n8:0 rbytes=90430464 wbytes=4096 rios=1 wios=1 dbytes=7 dios=1\n254:0 \n",
  });
  expect(readCgroup(directory)).toEqual({
    cpuMs: 1234,
    peakMemoryBytes: 104_857_600,
    io: { readBytes: 91_889_664, writeBytes: 314_777_600 },
  });
});

it("says of what no controller tells that it is not known", () => {
  const directory = directoryWith({ "cpu.stat": "usage_usec 900\n" });
  expect(readCgroup(directory)).toEqual({ cpuMs: 0, peakMemoryBytes: null, io: null });
  expect(readCgroup(join(directory, "removed"))).toEqual({ cpuMs: null, peakMemoryBytes: null, io: null });
});

it("lists the processes of the cgroups below, too", () => {
  const directory = directoryWith({ "cgroup.procs": "12\n34\n", "a/cgroup.procs": "56\n", "a/b/cgroup.procs": "78\n" });
  expect(readCgroupPids(directory)).toEqual([12, 34, 56, 78]);
  expect(readCgroupPids(join(directory, "removed"))).toEqual([]);
});

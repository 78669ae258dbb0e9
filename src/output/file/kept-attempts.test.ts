import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { keptAttempts } from "./kept-attempts.ts";

it("finds the attempts that have a file, and takes nothing beside it for one", async () => {
  const directory = mkdtempSync(join(tmpdir(), "utm-kept-"));
  try {
    for (const name of ["0/12.1", "0/12.1.stderr", "0/13.2.stderr", "0/12.10", "4/4321.1", "0/note", "stray.1"]) {
      mkdirSync(join(directory, name, ".."), { recursive: true });
      writeFileSync(join(directory, name), "");
    }
    symlinkSync("1-2", join(directory, "0", "12.1.gap"));
    const found: string[] = [];
    for await (const { taskId, attempt } of keptAttempts(directory)) {
      found.push(`${taskId}.${attempt}`);
    }
    expect(found.sort()).toEqual(["12.1", "12.10", "4321.1"]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

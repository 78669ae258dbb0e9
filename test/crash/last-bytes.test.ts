import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { How } from "../../src/supervise/ending.ts";
import { testDirectory } from "../support/directory.ts";
import { endProcessesOf, hasEnded } from "../support/processes.ts";
import { installedShells, type TestShell } from "../support/shells.ts";
import { canMountDisks, fill, makeRoom, smallDisk } from "../support/small-disk.ts";
import { Bench, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * The last free bytes of a full disk take a record by halves, at any place. What a journal then says of an end is what it
 * was, since everything about it is written again once there is room.
 */
const blockBytes = 4096;
const rooms = [0, 1, 2, 5, 8, 12, 14, 17, 25, 50, 70];
const ends: readonly [command: string, how: How][] = [
  ["exit 137", { kind: "exited", code: 137 }],
  ["kill -KILL $$", { kind: "signalled", signal: "SIGKILL" }],
];

describe.skipIf(!canMountDisks).each(installedShells())("on $name", (shell) => {
  it.each(ends)("tells how it ended, wherever its record is cut: %s", async (command, how) => {
    const scratch = testDirectory();
    const told = await Promise.all(rooms.map((room) => endIn(shell, scratch, room, command)));
    expect(told).toEqual(rooms.map((room) => ({ room, how })));
  });
});

/** How it is told that a command ended when its journal had only so many bytes of room. */
async function endIn(shell: TestShell, scratch: string, room: number, command: string) {
  const disk = smallDisk(join(scratch, `disk-${room}`));
  const bench = new Bench(disk, shell);
  onTestFinished(() => endProcessesOf(disk));
  const watched = watch(bench);
  const go = join(scratch, `go-${room}`);
  const order = watched.start(bench.order(`while [ ! -e ${go} ]; do sleep 0.05; done; ${command}`));
  const pid = await watched.pidOf(order);
  const journal = journalOf(bench.nodeDirectory);
  const used = statSync(journal).size;
  appendFileSync(journal, `${"z".repeat(blockBytes - room - used - 1)}\n`);
  fill(disk);
  writeFileSync(go, "");
  await waitFor("its end to have been tried", () => {
    const isWhole = readFileSync(journal, "latin1").endsWith(" .\n");
    return hasEnded(pid) && (room === 0 || isWhole || statSync(journal).size === blockBytes);
  });
  makeRoom(disk);
  const { how } = await watched.endOf(order);
  return { room, how };
}

function journalOf(directory: string): string {
  const name = readdirSync(directory).find((entry) => entry.startsWith("journal."));
  return join(directory, name ?? "");
}

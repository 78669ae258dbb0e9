import { describe, expect, it } from "vitest";
import { liveAndDie, recordsOf } from "../support/earlier-life.ts";
import { hasEnded, processesOf } from "../support/processes.ts";
import { installedShells } from "../support/shells.ts";
import { testBench, watch } from "../support/supervision.ts";
import { waitFor } from "../support/wait-for.ts";

/** What an earlier life left running and the caller does not own any more: ended if it was given up, else left alone. */
describe.each(installedShells())("on $name", (shell) => {
  it("ends all of what was given up before it adopts anything, and nothing else", async () => {
    const bench = testBench(shell);
    const givenUp = bench.order("sleep 1000 & echo begun >>ran; exec sleep 1001");
    const unknown = bench.order("echo begun >>ran; exec sleep 1002");
    const owned = bench.order("echo begun >>ran; exec sleep 1003");
    await liveAndDie(bench, [givenUp, unknown, owned], () =>
      waitFor("all to run", () => bench.lines("ran").length === 3),
    );
    const pidOf = (key: string) => Number(recordsOf(bench, "p").find((words) => words[0] === key)?.[1]);

    const watched = watch(bench);
    const asked: string[] = [];
    const ended = await watched.supervisor.adopt([owned], new Set(), async (key) => {
      asked.push(key);
      return key === givenUp.key;
    });
    expect(asked.sort()).toEqual([givenUp.key, unknown.key].sort());
    expect(ended).toEqual([givenUp.key]);
    expect(hasEnded(pidOf(givenUp.key))).toBe(true);
    expect(processesOf(bench.directory).some(({ command }) => command === "sleep 1000")).toBe(false);
    expect([hasEnded(pidOf(unknown.key)), hasEnded(pidOf(owned.key))]).toEqual([false, false]);
    expect(watched.started.get(owned.key)).toMatchObject({ isOfEarlierLife: true });
    expect(watched.warnings.map(({ fields }) => fields.key)).toEqual([unknown.key]);
    expect(watched.endings).toEqual([]);
  });
});

/** @module-tag whole */
import { expect, it } from "vitest";
import type { DryRun } from "../../src/contract/index.ts";
import { startWithAnna } from "../support/anna.ts";

it("prints what a run would do, line by line or as JSON, and submits nothing", async () => {
  const { anna, utm, home } = await startWithAnna();
  const flags = "--dry-run --memory 2G --retry 1 --timeout 90s --env A=1 --cwd . -t nightly".split(" ");
  const { exitCode, stdout, stderr } = await utm("run", ...flags, "--", "make", "two words");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  for (const line of [
    /^name +make two words$/m,
    /^executes +make 'two words'$/m,
    /^as user +\S+$/m,
    /^variables +A$/m,
    /^and finds +PATH, .*UTM_TASK_ID/m,
    /^input +none$/m,
    /^time limit +1 min 30 s$/m,
    /^kill grace +10 s$/m,
    /^limits +memory 2 GiB$/m,
    /^output kept +64 MiB$/m,
    /^retry +up to 2 attempts, 10 s apart, after a failure or a time-out$/m,
    /^tags +nightly$/m,
    /^nodes +\S+ \(\d+ of \d+ slots free\)$/m,
    /^start +at once$/m,
    /^open +Whether the program and the directory are there is seen when it starts\.$/m,
  ]) {
    expect(stdout).toMatch(line);
  }
  expect(stdout).toContain(`in directory  ${home}\n`);

  const json = await utm("run", "--dry-run", "--json", "--label", "gpu", "--", "true");
  const trial = JSON.parse(json.stdout) as DryRun;
  expect(trial).toMatchObject({ argv: ["true"], placement: { nodes: [], waits: "No living node has the label gpu." } });
  const refused = await utm("run", "--dry-run", "--queue", "nowhere", "--", "true");
  expect(refused).toMatchObject({ exitCode: 125, stdout: "" });
  expect(refused.stderr).toContain("There is no queue named nowhere.");
  expect(await (await anna.request("/taskapi/tasks/")).json()).toEqual([]);
});

it("prints what a rerun would do", async () => {
  const { anna, utm } = await startWithAnna();
  const first = await anna.submit({ script: { body: "#!/bin/bash -e\ntrue\n" }, name: "first" });
  const { stdout } = await utm("rerun", "--dry-run", String(first.id), "--name", "second");
  expect(stdout).toMatch(/^name +second\nexecutes +\/bin\/bash -e <a file with the script, 20 bytes>$/m);
  expect(await (await anna.request("/taskapi/tasks/")).json()).toHaveLength(1);
});

/** @module-tag whole */
import { expect, it } from "vitest";
import { contract, type OutputLines } from "../../src/contract/index.ts";
import { startWithAnna } from "../support/anna.ts";
import { waitFor } from "../support/wait-for.ts";

/** What is written in turn; each waits for a line of input, so that the two streams cannot change places. */
const steps = [
  ["echo compiling", "compiling\n"],
  ["echo 'warning: unused' >&2", "warning: unused\n"],
  ["printf half", "half"],
  ["echo ' an error' >&2", " an error\n"],
  ["echo linked", "linked\n"],
] as const;
const build = steps.map(([command]) => `${command}; read go`).join("; ");

it("marks standard error when asked to, says so, and shows one stream alone", async () => {
  const { anna, utm } = await startWithAnna();
  const trial = await utm("run", "--dry-run", "--mark-stderr", "--", "true");
  expect(trial.stdout).toMatch(/^stderr +marked in the output$/m);
  expect((await utm("run", "--dry-run", "--", "true")).stdout).not.toMatch(/^stderr/m);

  expect(await utm("run", "-d", "--mark-stderr", "--input", "--", build)).toMatchObject({ exitCode: 0, stdout: "1\n" });
  let written = "";
  for (const [, text] of steps) {
    written += text;
    await waitFor(text, async () => (await anna.output(1)) === written);
    await anna.client.call(contract.sendInput, { params: { id: 1 }, body: { text: "\n" } });
  }
  await anna.waitForStatus(1, "completed");
  expect(await anna.get(1)).toMatchObject({ mark_stderr: true });
  expect((await utm("show", "1")).stdout).toMatch(/^stderr +marked in the output$/m);

  const logs = async (...flags: string[]) => (await utm("logs", ...flags, "1")).stdout;
  expect(await logs("--stream", "stderr")).toBe("warning: unused\n an error\n");
  expect(await logs("--stream", "stdout")).toBe("compiling\nhalflinked\n");
  expect(await logs("--stream", "stderr", "--tail-lines", "1")).toBe(" an error\n");
  const lines = JSON.parse(await logs("--stream", "stderr", "--json")) as OutputLines;
  expect(lines.lines.map(({ number, text }) => [number, text])).toEqual([
    [2, "warning: unused"],
    [3, "half an error"],
  ]);
  const last = JSON.parse(await logs("--stream", "stderr", "--json", "--tail-lines", "1")) as OutputLines;
  expect(last.lines.map(({ number }) => number)).toEqual([3]);
  const again = await utm("rerun", "1", "--", "true");
  expect(again.exitCode).toBe(0);
  expect(await anna.get(2)).toMatchObject({ mark_stderr: true });
});

it("refuses one stream where they are not told apart, while following, and beside a terminal", async () => {
  const { anna, utm } = await startWithAnna();
  await utm("run", "--", "echo plain");
  for (const flags of [[], ["--json"], ["--tail-lines", "1"]]) {
    const unmarked = await utm("logs", "--stream", "stderr", ...flags, "1");
    expect(unmarked, flags.join(" ")).toMatchObject({ exitCode: 125, stdout: "" });
    expect(unmarked.stderr, flags.join(" ")).toContain("A task submitted with mark_stderr has them told apart.");
  }
  const followed = await utm("logs", "-f", "--stream", "stderr", "1");
  expect(followed).toMatchObject({ exitCode: 2, stdout: "" });
  expect(followed.stderr).toContain("--stream cannot be used with -f");
  const other = await utm("logs", "--stream", "both", "1");
  expect(other.stderr).toContain("--stream takes one of stdout, stderr");
  const onTerminal = await utm("run", "--pty", "--mark-stderr", "--", "true");
  expect(onTerminal).toMatchObject({ exitCode: 2, stdout: "" });
  expect(onTerminal.stderr).toMatch(/--mark-stderr: A terminal has one stream only: .* not both\./);
  expect(await (await anna.request("/taskapi/tasks/")).json()).toHaveLength(1);
});

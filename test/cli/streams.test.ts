import { expect, it } from "vitest";
import type { OutputLines } from "../../src/contract/index.ts";
import { startWithAnna } from "../support/anna.ts";

/** A moment between the streams: what is written to both at once may change places. */
const build =
  "echo compiling; sleep 0.1; echo 'warning: unused' >&2; sleep 0.1; printf half; sleep 0.1; echo ' an error' >&2; sleep 0.1; echo linked";

it("marks standard error when asked to, says so, and shows one stream alone", async () => {
  const { anna, utm } = await startWithAnna();
  const trial = await utm("run", "--dry-run", "--mark-stderr", "--", "true");
  expect(trial.stdout).toMatch(/^stderr +marked in the output$/m);
  expect((await utm("run", "--dry-run", "--", "true")).stdout).not.toMatch(/^stderr/m);

  const run = await utm("run", "--mark-stderr", "--", build);
  expect(run).toMatchObject({ exitCode: 0, stdout: "compiling\nwarning: unused\nhalf an error\nlinked\n" });
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
  const again = await utm("rerun", "-f", "1");
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

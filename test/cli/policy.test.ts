/** @module-tag whole */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { TaskDetail } from "../../src/contract/index.ts";
import { startWithAnna } from "../support/anna.ts";
import { startCli } from "../support/cli.ts";

async function startAsAnna() {
  const place = await startWithAnna();
  const { home, environment } = place;
  const start = (...args: string[]) => startCli(args, { home, environment });
  return { ...place, start };
}

const retryFlags = "--retry 2 --retry-delay 1m --retry-backoff exponential --retry-max-delay 1h --retry-jitter 0.2";
const limitFlags = "--memory 512M --cpu-time 10m --max-processes 20 --max-files 100 --nice 5 --max-output 1G";

it("hands over retries, limits and input, and shows them", async () => {
  const { anna, utm } = await startAsAnna();
  const flags = `${retryFlags} --retry-on failed,lost ${limitFlags} --input`.split(" ");
  const { stdout } = await utm("run", "-d", ...flags, "--", "sleep 60");
  expect(await anna.get(Number(stdout))).toMatchObject({
    retry: {
      attempts: 3,
      backoff: "exponential",
      delay_seconds: 60,
      max_delay_seconds: 3600,
      jitter: 0.2,
      on: ["failed", "lost"],
    },
    limits: {
      memory_bytes: 512 * 1024 ** 2,
      cpu_seconds: 600,
      processes: 20,
      open_files: 100,
      nice: 5,
      output_bytes: 1024 ** 3,
    },
    takes_input: true,
  });
  await anna.waitForStatus(1, "running");
  const shown = (await utm("show", "1")).stdout;
  expect(shown).toMatch(/retry +up to 3 attempts, 1 min apart, doubling up to 1 h ±20 %, after a failure or a loss\n/);
  expect(shown).toMatch(/attempt +1 of 3\n/);
  expect(shown).toMatch(/limits +memory 512 MiB \(.+\)\n/);
  expect(shown).toMatch(/input +more can be sent while it runs\n/);
});

it("asks for a sandbox by the bare option, and is refused where there is none", async () => {
  const { anna, utm } = await startAsAnna();
  const { exitCode, stdout, stderr } = await utm("run", "-d", "--sandbox", "--", "true");
  if (exitCode === 0) {
    expect(await anna.get(Number(stdout))).toMatchObject({ sandbox: "strict" });
    expect((await utm("show", "1")).stdout).toMatch(/sandbox +strict\n/);
  } else {
    expect(stderr).toContain("cannot run tasks in a sandbox");
  }
});

it("submits a task once more, whole or with some of it replaced", async () => {
  const { anna, utm } = await startAsAnna();
  const first = "--name first -t a -e A=1 --timeout 90s --retry 1 --memory 1G --cpu-time 1h".split(" ");
  await utm("run", ...first, "--", "sh", "-c", "echo $A");

  expect(await utm("rerun", "1")).toMatchObject({ exitCode: 0, stdout: "2\n", stderr: "" });
  const same = await anna.get(2);
  const { name, tags, env, timeout_seconds, retry, limits, argv } = await anna.get(1);
  expect(same).toMatchObject({ name, tags, env, timeout_seconds, retry, limits, argv });

  const changes = ["--name", "second", "--timeout", "none", "--retry", "0", "--cpu-time", "none", "--memory", "2G"];
  const followed = await utm("rerun", "-f", "1", ...changes, "--", "echo changed; exit 7");
  expect(followed).toMatchObject({ exitCode: 7, stdout: "changed\n" });
  expect(await anna.get(3)).toMatchObject({
    name: "second",
    command: "echo changed; exit 7",
    env: { A: "1" },
    timeout_seconds: null,
    max_attempts: 1,
    limits: { memory_bytes: 2 * 1024 ** 3, cpu_seconds: null },
  });
  const json = JSON.parse((await utm("rerun", "--json", "1")).stdout) as TaskDetail;
  expect(json).toMatchObject({ id: 4, name: "first" });
  expect((await utm("events", "4")).stdout).toContain("as a rerun of task 1");
  expect(await utm("rerun", "99")).toMatchObject({ exitCode: 125, stderr: "utm: Not found.\n" });
});

it("refuses what cannot be meant, in the words of the command line, before anything is sent", async () => {
  const { anna, utm } = await startAsAnna();
  const cases: [string, string][] = [
    ["--timeout 365d", "--timeout: Ensure this value is less than or equal to 15552000 (180 days)"],
    ["--memory lots", '"lots" is not a size'],
    ["--memory 0", '"0" is not a size'],
    ["--memory 2000T", "--memory: Ensure this value is less than"],
    ["--cpu-time 1.5s", "--cpu-time takes whole seconds"],
    ["--cpu-time 0", "is not a duration"],
    ["--max-processes 0", "--max-processes takes a whole number of at least 1"],
    ["--nice 20", "--nice: Ensure this value is less than or equal to 19."],
    ["--retry -1", "--retry takes a whole number of at least 0"],
    ["--retry 1000", "--retry: Ensure this value is less than or equal to 1000."],
    ["--retry-delay 5s", "need --retry"],
    ["--retry 1 --retry-jitter 2", "--retry-jitter takes a number from 0 to 1"],
    ["--retry 1 --retry-on luck", "--retry-on takes one of failed, timed_out, lost"],
    ["--retry 1 --retry-backoff slow", "--retry-backoff takes one of fixed, exponential"],
    ["--sandbox=loose", "--sandbox takes one of none, strict"],
    ["-i --retry 1", "cannot be used with --retry"],
    ["-i --detach", "--detach leaves it"],
    ["-i --stdin-file -", "-i reads standard input"],
    ["--env UTM_X=1", "--env: Names that start with UTM_"],
  ];
  for (const [flags, sentence] of cases) {
    const result = await utm("run", ...flags.split(" "), "--", "true");
    expect(result, flags).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr, flags).toContain(sentence);
  }
  const both = await utm("run", "--nice", "20", "--timeout", "365d", "--", "true");
  expect(both.stderr).toMatch(/^utm: --timeout: .*\nutm: --nice: .*\n$/);
  expect(await (await anna.request("/taskapi/tasks/")).json()).toEqual([]);
});

it("stays with a task through its retries, and exits as the last attempt did", async () => {
  const { home, utm, start } = await startAsAnna();
  const script = `echo attempt $UTM_ATTEMPT; echo x >> ${home}/tries; exit $((10 + UTM_ATTEMPT))`;
  const result = await utm("run", "--retry", "2", "--retry-delay", "200ms", "--", script);
  expect(result).toMatchObject({ exitCode: 13, stdout: "attempt 1\nattempt 2\nattempt 3\n" });
  expect(result.stderr).toMatch(
    /^utm: attempt 1 of 3: Exit 11\. (?:The next starts at .*|It is about to start)\.\nutm: attempt 2 of 3: Exit 12\. (?:The next starts at .*|It is about to start)\.\nutm: task 1 failed: .*Exit 13\..*\n$/,
  );

  const succeeds = `[ $UTM_ATTEMPT = 2 ]`;
  expect(await utm("run", "--retry", "5", "--retry-delay", "0", "--", succeeds)).toMatchObject({ exitCode: 0 });

  const waits = `echo $UTM_ATTEMPT; until [ -e ${home}/go ]; do sleep 0.05; done; exit 5`;
  await utm("run", "-d", "--retry", "1", "--retry-delay", "100ms", "--", waits);
  const following = start("logs", "-f", "3");
  await following.says("1\n");
  await writeFile(join(home, "go"), "");
  expect(await utm("wait", "3")).toMatchObject({ exitCode: 5 });
  expect(await following.end()).toMatchObject({ exitCode: 0, stdout: "1\n2\n" });

  const attempts = await utm("attempts", "1");
  expect(attempts.stdout).toMatch(/^ATTEMPT +RESULT .*\n +1 +exit 11 .*\n +2 +exit 12 .*\n +3 +exit 13 /);
  expect((await utm("show", "1")).stdout).toContain(attempts.stdout);
  expect((await utm("logs", "--attempt", "2", "1")).stdout).toBe("attempt 2\n");
});

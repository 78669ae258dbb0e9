import { expect, it } from "vitest";
import { startWithAnna } from "../support/anna.ts";
import { cuttingProxy, silentAddress } from "../support/bad-network.ts";
import { startCli } from "../support/cli.ts";
import { testDirectory } from "../support/directory.ts";

/** A task that prints a line, waits for the file `go` in the directory, prints another one, and exits with 5. */
function twoPartTask(directory: string): string {
  return `echo first; until [ -e ${directory}/go ]; do sleep 0.05; done; echo second; exit 5`;
}

async function startAsAnna() {
  const place = await startWithAnna();
  const { anna, home, environment } = place;
  const utm = (args: string[], options: { terminal?: boolean } = {}) =>
    startCli(args, { home, environment, ...options });
  const go = () => anna.submit({ argv: ["touch", `${home}/go`] });
  return { ...place, utm, go };
}

it("follows a task across a restart of the server, losing and repeating nothing", async () => {
  const { server, home, utm, go } = await startAsAnna();
  const running = utm(["run", "--", twoPartTask(home)]);
  await running.says("first");
  await server.stop("SIGKILL");
  await running.says("connection lost, trying again");
  await server.start();
  await go();
  const result = await running.end();
  expect(result).toMatchObject({ exitCode: 5, stdout: "first\nsecond\n" });
  expect(result.stderr.match(/connection lost/g)).toHaveLength(1);
});

it("submits a task once although the connection breaks before the answer", { tags: ["whole"] }, async () => {
  const { server, anna, home, environment } = await startAsAnna();
  const proxy = await cuttingProxy(server.url, 1);
  const running = startCli(["run", "--", "echo once"], {
    home,
    environment: { ...environment, UTM_SERVER: proxy.url },
  });
  const result = await running.end();
  expect(result).toMatchObject({ exitCode: 0, stdout: "once\n" });
  expect(result.stderr).toContain("asking again whether the task was submitted");
  expect(proxy.cuts()).toBe(1);
  expect(await (await anna.request("/taskapi/tasks/")).json()).toHaveLength(1);
});

it("says at once that nobody listens", async () => {
  const url = await silentAddress();
  const result = await startCli(["run", "--server", url, "--", "true"], { home: testDirectory() }).end();
  expect(result.exitCode).toBe(125);
  expect(result.stderr).toContain(`Cannot reach ${url} (ECONNREFUSED)`);
});

it("kills its task when it is signalled without a terminal, and waits for its end", { tags: ["whole"] }, async () => {
  const { anna, utm } = await startAsAnna();
  for (const [index, signal] of (["SIGINT", "SIGTERM"] as const).entries()) {
    const script = "exec 2>/dev/null; trap 'echo tidied up; exit 7' TERM; echo up; while :; do sleep 0.05; done";
    const running = utm(["run", "--", script]);
    await running.says("up");
    running.process.kill(signal);
    const result = await running.end();
    expect(result, signal).toMatchObject({ exitCode: 7, stdout: "up\ntidied up\n" });
    expect(await anna.get(index + 1)).toMatchObject({ status: "killed" });
  }
});

it("ends with 128+n after a kill from elsewhere", { tags: ["whole"] }, async () => {
  const { utm } = await startAsAnna();
  const running = utm(["run", "--", "echo up; trap '' TERM; while :; do sleep 0.05; done"]);
  await running.says("up");
  expect((await utm(["kill", "--signal", "KILL", "1"]).end()).exitCode).toBe(0);
  const result = await running.end();
  expect(result.exitCode).toBe(137);
  expect(result.stderr).toContain("task 1 killed: ");
});

it("leaves a detached task alone", { tags: ["whole"] }, async () => {
  const { anna, home, utm, go } = await startAsAnna();
  const detached = await utm(["run", "--detach", "--", twoPartTask(home)]).end();
  expect(detached).toMatchObject({ exitCode: 0, stdout: "1\n", stderr: "" });
  await go();
  await anna.waitForStatus(1, "failed");
  expect(await anna.output(1)).toBe("first\nsecond\n");
});

it("ends quietly when nobody reads its output any more, and the task goes on", { tags: ["whole"] }, async () => {
  const { anna, home, utm } = await startAsAnna();
  const running = utm(["run", "--", `echo first; while [ ! -e ${home}/stop ]; do echo more; sleep 0.05; done`]);
  await running.says("first");
  running.process.stdout?.destroy();
  const result = await running.end();
  expect(result).toMatchObject({ exitCode: 141, stderr: "" });
  expect(await anna.get(1)).toMatchObject({ status: "running" });
  await anna.submit({ argv: ["touch", `${home}/stop`] });
  await anna.waitForStatus(1, "completed");
});

it("asks at Ctrl-C on a terminal whether to kill, to detach or to continue", { tags: ["whole"] }, async () => {
  const { anna, utm } = await startAsAnna();
  const cases = [
    ["k", 143, "killed"],
    ["\u0003", 143, "killed"],
    ["d", 0, "running"],
  ] as const;
  for (const [index, [key, exitCode, status]] of cases.entries()) {
    const running = utm(["run", "--", "echo up; exec sleep 60"], { terminal: true });
    await running.says("up");
    running.type("\u0003");
    await running.says("[k]ill, [d]etach or [c]ontinue? ");
    running.type(key);
    expect((await running.end()).exitCode, JSON.stringify(key)).toBe(exitCode);
    await anna.waitForStatus(index + 1, status);
  }
});

it("goes on when told to continue", { tags: ["whole"] }, async () => {
  const { home, utm, go } = await startAsAnna();
  const running = utm(["run", "--", twoPartTask(home)], { terminal: true });
  await running.says("first");
  running.type("\u0003");
  await running.says("[c]ontinue? ");
  running.type("c");
  await go();
  const result = await running.end();
  expect(result.exitCode).toBe(5);
  expect(result.stdout).toContain("second");
});

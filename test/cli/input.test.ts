import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { startWithAnna } from "../support/anna.ts";
import { cuttingProxy } from "../support/bad-network.ts";
import { type CliOptions, startCli } from "../support/cli.ts";

async function startAsAnna() {
  const place = await startWithAnna();
  const { home, environment } = place;
  const utm = (args: string[], options: Partial<CliOptions> = {}) => startCli(args, { home, environment, ...options });
  return { ...place, utm };
}

it("sends 10 MB of any bytes through a task, each once and in order", async () => {
  const { utm } = await startAsAnna();
  const input = randomBytes(10_000_000);
  const result = await utm(["run", "-i", "--", "sha256sum"], { input }).end();
  const hash = createHash("sha256").update(input).digest("hex");
  expect(result).toMatchObject({ exitCode: 0, stdout: `${hash}  -\n`, stderr: "" });
});

it("waits for a task that does not read yet, and loses nothing", { tags: ["whole"] }, async () => {
  const { anna, home, utm } = await startAsAnna();
  const input = randomBytes(300_000);
  const script = `echo up; until [ -e ${home}/go ]; do sleep 0.05; done; exec sha256sum`;
  const running = utm(["run", "-i", "--", script], { input });
  await running.says("up");
  await anna.submit({ argv: ["touch", `${home}/go`] });
  const hash = createHash("sha256").update(input).digest("hex");
  expect(await running.end()).toMatchObject({ exitCode: 0, stdout: `up\n${hash}  -\n` });
});

it("sends the end of input right away when there is none", { tags: ["whole"] }, async () => {
  const { utm } = await startAsAnna();
  expect(await utm(["run", "-i", "--", "wc -c"]).end()).toMatchObject({ exitCode: 0, stdout: "0\n" });
});

it("ends when the task ends, although nobody ended the input", { tags: ["whole"] }, async () => {
  const { utm } = await startAsAnna();
  const running = utm(["run", "-i", "--", "head -n 1; exit 4"], { inputStaysOpen: true });
  running.type("first\nsecond\n");
  expect(await running.end()).toEqual({
    exitCode: 4,
    signal: null,
    stdout: "first\n",
    stderr: expect.stringMatching(/^utm: task 1 failed/),
  });
});

it("goes on sending after a restart of the server", { tags: ["whole"] }, async () => {
  const { server, utm } = await startAsAnna();
  const running = utm(["run", "-i", "--", "while read -r line; do echo got $line; done"], { inputStaysOpen: true });
  running.type("one\n");
  await running.says("got one");
  await server.stop("SIGKILL");
  await running.says("connection lost");
  running.type("two\n");
  await server.start();
  await running.says("got two");
  running.closeInput();
  expect(await running.end()).toMatchObject({ exitCode: 0, stdout: "got one\ngot two\n" });
});

it("kills the task when bytes of a pipe may be lost, and says so", { tags: ["whole"] }, async () => {
  const { server, anna, environment, utm } = await startAsAnna();
  const proxy = await cuttingProxy(server.url, 1, "/input/");
  const through = { environment: { ...environment, UTM_SERVER: proxy.url }, input: "important" };
  const result = await utm(["run", "-i", "--", "cat > /dev/null"], through).end();
  expect(result.exitCode).toBe(125);
  expect(result.stderr).toContain("not known whether 9 bytes of input arrived at task 1: The connection broke.");
  expect(await anna.get(1)).toMatchObject({ status: "killed" });
});

it("sends text, files and the end to a running task, and says how much was taken", async () => {
  const { anna, utm } = await startAsAnna();
  await anna.submit({ argv: ["cat"], input: true });
  await anna.waitForStatus(1, "running");
  expect(await utm(["send", "1", "hello"]).end()).toMatchObject({ exitCode: 0, stdout: "6 bytes taken\n" });
  expect(await utm(["send", "-n", "1", "a "]).end()).toMatchObject({ stdout: "2 bytes taken\n" });
  const piped = utm(["send", "--json", "1"], { input: Buffer.from([0, 255, 10]) });
  expect(JSON.parse((await piped.end()).stdout)).toEqual({ accepted_bytes: 3, ended: false });
  expect(await utm(["send", "1", "bye", "--end"]).end()).toMatchObject({
    stdout: "4 bytes taken, and the end of input\n",
  });
  await anna.waitForStatus(1, "completed");
  const logs = utm(["logs", "1"]);
  await logs.end();
  expect([...logs.stdoutBytes]).toEqual([...Buffer.from("hello\na \0\u00ff\nbye\n", "latin1")]);

  const late = await utm(["send", "1", "too late"]).end();
  expect(late).toMatchObject({ exitCode: 125, stdout: "" });
  expect(late.stderr).toContain("already over");
});

it("sends what a full pipe did not take, once there is room", { tags: ["whole"] }, async () => {
  const { anna, home, utm } = await startAsAnna();
  const input = randomBytes(200_000);
  await anna.submit({ command: `until [ -e ${home}/go ]; do sleep 0.05; done; exec sha256sum`, input: true });
  await anna.waitForStatus(1, "running");
  // With this in it the pipe has room for a part of the next request only.
  const first = { base64: input.subarray(0, 10_000).toString("base64") };
  await anna.client.call(contract.sendInput, { params: { id: 1 }, body: first });
  await writeFile(join(home, "rest"), input.subarray(10_000));
  const sending = utm(["send", "1", "--file", "rest", "--end"]);
  await sending.says("does not read its input");
  await anna.submit({ argv: ["touch", `${home}/go`] });
  expect(await sending.end()).toMatchObject({ exitCode: 0, stdout: "190000 bytes taken, and the end of input\n" });
  await anna.waitForStatus(1, "completed");
  expect(await anna.output(1)).toBe(`${createHash("sha256").update(input).digest("hex")}  -\n`);
});

it("says why nothing can be sent", { tags: ["whole"] }, async () => {
  const { anna, utm } = await startAsAnna();
  await anna.submit({ argv: ["sleep", "60"] });
  await anna.waitForStatus(1, "running");
  const none = await utm(["send", "1", "x"]).end();
  expect(none).toMatchObject({ exitCode: 125, stdout: "" });
  expect(none.stderr).toContain("takes no input");
  expect(await utm(["send", "1", "x", "--file", "y"]).end()).toMatchObject({ exitCode: 2 });
  const missing = await utm(["send", "1", "--file", "no-such-file"]).end();
  expect(missing.stderr).toContain("no-such-file: it does not exist");
});

it("gives up a task that does not read when told to, and says how much it took", { tags: ["whole"] }, async () => {
  const { anna, utm } = await startAsAnna();
  await anna.submit({ argv: ["sleep", "60"], input: true });
  await anna.waitForStatus(1, "running");
  const sending = utm(["send", "1"], { input: Buffer.alloc(1_000_000, "x") });
  await sending.says("does not read its input");
  sending.process.kill("SIGINT");
  const result = await sending.end();
  expect(result.exitCode).toBe(130);
  expect(result.stdout).toMatch(/^\d+ bytes taken\n$/);
});

it("sends the lines typed on a terminal, and Ctrl-D as the end", { tags: ["whole"] }, async () => {
  const { utm } = await startAsAnna();
  const running = utm(["run", "-i", "--", "while read -r line; do echo got $line; done; echo end"], { terminal: true });
  running.type("one\r");
  await running.says("got one");
  running.type("two\r");
  await running.says("got two");
  running.type("\u0004");
  const result = await running.end();
  expect(result.exitCode).toBe(0);
  expect(result.stdout).toContain("end");
});

it("asks at Ctrl-C and goes on sending what is typed", { tags: ["whole"] }, async () => {
  const { utm } = await startAsAnna();
  const running = utm(["run", "-i", "--", "while read -r line; do echo got $line; done"], { terminal: true });
  running.type("one\r");
  await running.says("got one");
  running.type("\u0003");
  await running.says("[c]ontinue? ");
  running.type("c");
  await running.says("? c");
  running.type("two\r");
  await running.says("got two");
  running.type("\u0004");
  const result = await running.end();
  expect(result.exitCode).toBe(0);
  expect(result.stdout).not.toContain("got ctwo");
});

it("gives every key of a terminal to a task with one, Ctrl-C too", { tags: ["whole"] }, async () => {
  const { utm } = await startAsAnna();
  const script =
    "trap 'echo caught; exit 6' INT; stty size; tty; read -r line; echo got $line; while :; do sleep 0.05; done";
  const running = utm(["run", "-i", "--pty", "--", script], {
    terminal: true,
    terminalSize: { columns: 97, rows: 33 },
  });
  await running.says("33 97");
  await running.says("/dev/pts/");
  await running.says("every key goes to the task");
  running.type("words\r");
  await running.says("got words");
  running.type("\u0003");
  const result = await running.end();
  expect(result.stdout).toContain("caught");
  expect(result.exitCode).toBe(6);
});

it("leaves a task with a terminal by ~. at the start of a line", { tags: ["whole"] }, async () => {
  const { anna, utm } = await startAsAnna();
  const running = utm(["run", "-i", "--pty", "--", "while read -r line; do echo got $line; done"], {
    terminal: true,
  });
  running.type("some ~. words\r");
  await running.says("got some ~. words");
  running.type("~.");
  const result = await running.end();
  expect(result.exitCode).toBe(0);
  expect(result.stdout).toContain("task 1 goes on");
  expect(await anna.get(1)).toMatchObject({ status: "running" });
});

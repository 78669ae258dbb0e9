/** @module-tag whole */
import { expect, it } from "vitest";
import type { TaskSummary } from "../../src/contract/index.ts";
import { startWithAnna } from "../support/anna.ts";
import { runCli } from "../support/cli.ts";

it("lists, filters and pages tasks", async () => {
  const { anna, utm } = await startWithAnna();
  await anna.submit({ argv: ["true"], name: "alpha", tags: ["nightly"] });
  await anna.submit({ command: "exit 3", name: "beta" });
  await anna.submit({ argv: ["true"], name: "gamma" });
  for (const id of [1, 2, 3]) {
    await anna.waitForEnd(id);
  }
  const names = async (...args: string[]) => {
    const { stdout } = await utm("ls", "--json", ...args);
    return (JSON.parse(stdout) as TaskSummary[]).map(({ name }) => name);
  };
  expect(await names()).toEqual(["gamma", "beta", "alpha"]);
  expect(await names("--limit", "2")).toEqual(["gamma", "beta"]);
  expect(await names("--status", "failed")).toEqual(["beta"]);
  expect(await names("--tag", "nightly")).toEqual(["alpha"]);
  expect(await names("-q", "amm")).toEqual(["gamma"]);

  const table = await utm("ls");
  expect(table.stdout).toMatch(/^ID +STATUS +RESULT/);
  expect(table.stdout).toMatch(/\n 2 +✕ failed +exit 3 .*beta +exit 3\n/);
  expect(table.stdout).not.toContain("\u001b");
  const none = await utm("ls", "--tag", "nobody-has-this");
  expect(none).toMatchObject({ exitCode: 0, stdout: "", stderr: "utm: no such tasks\n" });
});

it("paints on a terminal, unless NO_COLOR is set", async () => {
  const { server, anna, home } = await startWithAnna();
  await anna.submit({ argv: ["true"] });
  await anna.waitForEnd(1);
  const environment = { UTM_SERVER: server.url, UTM_TOKEN: anna.token };
  const painted = await runCli(["ls"], { home, environment, terminal: true });
  expect(painted.stdout).toContain("\u001b[32m✓ completed");
  const plain = await runCli(["ls"], { home, environment: { ...environment, NO_COLOR: "1" }, terminal: true });
  expect(plain.stdout).toContain("✓ completed");
  expect(plain.stdout).not.toContain("\u001b");
});

it("shows one task, its output whole and in part, and waits for several", async () => {
  const { anna, utm } = await startWithAnna();
  await anna.submit({ command: "seq 1 1000; exit 9", name: "numbers", description: "counts" });
  await anna.submit({ argv: ["true"] });

  const waited = await utm("wait", "2", "1");
  expect(waited.exitCode).toBe(9);
  expect(waited.stderr).toContain("task 1 failed");
  expect((await utm("wait", "2")).exitCode).toBe(0);

  const shown = await utm("show", "1");
  expect(shown.stdout).toMatch(/status +✕ failed +exit 9\n/);
  expect(shown.stdout).toMatch(/description +counts\n/);
  expect(JSON.parse((await utm("show", "--json", "1")).stdout)).toMatchObject({ id: 1, exit_code: 9 });

  const whole = Array.from({ length: 1000 }, (_, index) => `${index + 1}\n`).join("");
  expect((await utm("logs", "1")).stdout).toBe(whole);
  expect((await utm("logs", "-f", "1")).stdout).toBe(whole);
  expect((await utm("logs", "--attempt", "1", "1")).stdout).toBe(whole);
  expect((await utm("logs", "--tail-lines", "2", "1")).stdout).toBe("999\n1000\n");
  expect((await utm("logs", "-f", "--tail-lines", "1", "1")).stdout).toBe("1000\n");
  expect((await utm("logs", "--tail-lines", "5000", "1")).stdout).toBe(whole);
  expect(await utm("logs", "-f", "--tail-lines", "0", "1")).toMatchObject({ exitCode: 0, stdout: "" });
  const lines = JSON.parse((await utm("logs", "--json", "--tail-lines", "1", "1")).stdout);
  expect(lines).toMatchObject({ total: 1000, lines: [{ number: 1000, text: "1000" }] });
  expect(await utm("logs", "2")).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  expect(await utm("logs", "--tail-lines", "3", "2")).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
});

it("edits and kills, and says what it could not do", async () => {
  const { anna, utm } = await startWithAnna();
  await anna.submit({ argv: ["sleep", "60"] });
  await anna.submit({ argv: ["true"] });
  await anna.waitForEnd(2);
  await anna.waitForStatus(1, "running");

  expect((await utm("edit", "1", "--name", "new name")).stdout).toBe('task 1 is now "new name"\n');
  expect(await anna.get(1)).toMatchObject({ name: "new name", description: "" });
  const killed = await utm("kill", "2", "1", "99");
  expect(killed.exitCode).toBe(125);
  expect(killed.stdout).toMatch(/^task 1 /);
  expect(killed.stderr).toMatch(/^utm: Task 2 is already over.*\nutm: there is no task 99 that you may kill\n$/);
  expect((await utm("wait", "1")).exitCode).toBe(143);

  for (const args of [
    ["show", "abc"],
    ["kill", "1", "x"],
    ["kill", "--signal", "NOPE", "1"],
    ["edit", "1"],
  ]) {
    expect(await utm(...args), args.join(" ")).toMatchObject({ exitCode: 2, stdout: "" });
  }
  const missing = await utm("show", "99");
  expect(missing).toMatchObject({ exitCode: 125, stdout: "", stderr: "utm: Not found.\n" });
});

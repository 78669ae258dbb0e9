/** @module-tag whole */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli, startCli } from "../support/cli.ts";
import { testDirectory } from "../support/directory.ts";
import { startServer } from "../support/server.ts";

it("registers, knows who it is, logs out and in again, all without a terminal", async () => {
  const server = await startServer();
  const home = testDirectory();
  const input = "a good password\n";
  const account = ["--username", "anna", "--password-stdin"];
  const utm = (args: string[], text = "") =>
    runCli(args, { home, environment: { UTM_SERVER: server.url }, input: text });

  const registered = await utm(["register", "--email", "anna@example.com", "--json", ...account], input);
  expect(registered).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(registered.stdout)).toMatchObject({ username: "anna", email: "anna@example.com" });
  expect((await stat(join(home, ".config/utm/login.json"))).mode & 0o777).toBe(0o600);

  // The login file remembers the server, too.
  const who = await runCli(["whoami", "--json"], { home });
  expect(JSON.parse(who.stdout)).toMatchObject({ username: "anna", role: "admin" });

  expect(await utm(["logout"])).toMatchObject({ exitCode: 0 });
  const out = await utm(["ls"]);
  expect(out.exitCode).toBe(125);
  expect(out.stderr).toContain('Log in with "utm login"');

  const wrong = await utm(["login", ...account], "a bad password");
  expect(wrong).toMatchObject({ exitCode: 125, stdout: "" });
  expect(wrong.stderr).toContain("Unable to log in");
  const session = await utm(["login", "--json", ...account], input);
  const { token } = JSON.parse(session.stdout) as { token: string };
  const byToken = await runCli(["whoami", "--server", server.url, "--token", token], { home: testDirectory() });
  expect(byToken.stdout).toMatch(/user +anna\n/);
});

it("asks on a terminal and never shows the password", async () => {
  const server = await startServer();
  const home = testDirectory();
  const utm = startCli(["register", "--server", server.url], { home, terminal: true });
  await utm.says("Username: ");
  utm.type("anna\r");
  await utm.says("Email: ");
  utm.type("anna@example.com\r");
  await utm.says("Password: ");
  utm.type("secret words\r");
  await utm.says("The same again: ");
  utm.type("secret words\r");
  const result = await utm.end();
  expect(result.exitCode).toBe(0);
  expect(result.stdout).toContain("logged in as anna");
  expect(result.stdout).not.toContain("secret");
});

it("says which flag is missing when there is nobody to ask", async () => {
  const home = testDirectory();
  const noName = await runCli(["login"], { home });
  expect(noName).toMatchObject({ exitCode: 2, stdout: "" });
  expect(noName.stderr).toContain("--username");
  const noPassword = await runCli(["login", "--username", "anna"], { home });
  expect(noPassword).toMatchObject({ exitCode: 2 });
  expect(noPassword.stderr).toContain("--password-stdin");
});

it("prints each refused field on its own line", async () => {
  const server = await startServer();
  const args = ["register", "--server", server.url, "--username", "a!", "--email", "x", "--password-stdin"];
  const result = await runCli(args, { home: testDirectory(), input: "pw" });
  expect(result.exitCode).toBe(125);
  expect(result.stderr).toMatch(/^utm: username: .+\nutm: email: .+\n$/);
});

it("lists accounts and changes them", async () => {
  const server = await startServer();
  const admin = await server.join("anna");
  await server.join("ben");
  const environment = { UTM_SERVER: server.url, UTM_TOKEN: admin.token };
  const utm = (...args: string[]) => runCli(args, { home: testDirectory(), environment });

  expect((await utm("users", "role", "ben", "operator")).stdout).toBe("ben is operator, active\n");
  const disabled = await utm("users", "disable", "--json", "ben");
  expect(JSON.parse(disabled.stdout)).toMatchObject({ username: "ben", role: "operator", status: "disabled" });
  expect((await utm("users", "approve", "ben")).stdout).toBe("ben is operator, active\n");
  expect((await utm("users")).stdout).toMatch(/ben +operator +active +ben@example.com\n/);

  const nobody = await utm("users", "approve", "carla");
  expect(nobody).toMatchObject({ exitCode: 125 });
  expect(nobody.stderr).toContain('There is no user "carla"');
});

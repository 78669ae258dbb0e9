/** @module-tag whole */
import { expect, it } from "vitest";
import type { AccessToken } from "../../src/contract/index.ts";
import { startWithAnna } from "../support/anna.ts";
import { runCli } from "../support/cli.ts";

it("makes a token that works, lists it, and revokes it by name or id", async () => {
  const { home, environment, utm } = await startWithAnna();
  const made = await utm("tokens", "create", "deploy", "--expires", "90d");
  expect(made.exitCode).toBe(0);
  expect(made.stdout).toMatch(/^utm_[\w-]{43}\n$/);
  expect(made.stderr).toMatch(
    /^utm: made token 2, "deploy"\. It expires at \d{4}-\d\d-\d\dT[\d:.]+Z, and is shown only now\.\n$/,
  );
  const token = made.stdout.trim();
  const byToken = (...args: string[]) => runCli(args, { home, environment: { ...environment, UTM_TOKEN: token } });
  expect((await byToken("whoami")).stdout).toMatch(/user +anna\n/);

  const table = await byToken("tokens");
  expect(table).toMatchObject({ exitCode: 0, stderr: "" });
  expect(table.stdout).toMatch(/^ID +NAME +CREATED +LAST USED +EXPIRES\n/);
  expect(table.stdout).toMatch(/\n +1 +login +(just now|\d+ s ago) +(just now|\d+ s ago) +never\n/);
  expect(table.stdout).toMatch(
    /\n +2 +deploy \(this one\) +(just now|\d+ s ago) +(just now|\d+ s ago) +in 89 d 23 h\n/,
  );
  expect(table.stdout).not.toContain(token);
  const listed = JSON.parse((await utm("tokens", "--json")).stdout) as AccessToken[];
  expect(listed.map(({ name, current }) => [name, current])).toEqual([
    [null, true],
    ["deploy", false],
  ]);

  const other = JSON.parse((await utm("tokens", "create", "backup", "--json")).stdout) as AccessToken;
  expect(other).toMatchObject({ id: 3, name: "backup", expires_at: null });
  expect(await utm("tokens", "revoke", "deploy")).toMatchObject({ exitCode: 0, stdout: "Token 2 is revoked.\n" });
  expect(await utm("tokens", "revoke", "3")).toMatchObject({ exitCode: 0, stdout: "Token 3 is revoked.\n" });
  const refused = await byToken("whoami");
  expect(refused.exitCode).toBe(125);
  expect(refused.stderr).toContain("Invalid token.");
});

it("refuses what cannot be, and does nothing then", async () => {
  const { utm } = await startWithAnna();
  await utm("tokens", "create", "1");
  const cases: [string[], number, string][] = [
    [["create", "1"], 125, "utm: name: You have a token with that name already. Revoke it, or choose another name.\n"],
    [["create", "late", "--expires", "2001-01-01T00:00:00Z"], 125, "expires_at: This time is over."],
    [["create", "late", "--expires", "soon"], 2, '"soon" is not a duration.'],
    [["create"], 2, "missing required argument 'name'"],
    [["revoke", "nobody"], 125, 'There is no token "nobody" of yours. "utm tokens" lists all.'],
    [["revoke", "1"], 125, '"1" is the name of one token and the id of another. Nothing was done;'],
  ];
  for (const [words, exitCode, says] of cases) {
    const result = await utm("tokens", ...words);
    expect(result, words.join(" ")).toMatchObject({ exitCode, stdout: "" });
    expect(result.stderr).toContain(says);
  }
  expect(JSON.parse((await utm("tokens", "--json")).stdout)).toHaveLength(2);
});

/** @module-tag whole */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import type { OutputMatches } from "../../src/contract/index.ts";
import { startWithAnna } from "../support/anna.ts";
import { runCli } from "../support/cli.ts";

async function startAsAnna() {
  const place = await startWithAnna();
  const { anna } = place;
  const ran = async (command: string) => {
    const { id } = await anna.submit({ command });
    await anna.waitForEnd(id);
    return String(id);
  };
  return { ...place, ran };
}

it("prints what grep -n prints, and exits as it does", async () => {
  const { utm, ran } = await startAsAnna();
  const command = "seq 1 1400; echo 'Ende: (gut)'; printf 'last 7'";
  const id = await ran(command);
  const cases = [
    ["7"],
    ["(gut)"],
    ["-i", "ENDE"],
    ["-E", "^(13|7)..$"],
    ["-C", "2", "77"],
    ["-B", "1", "100"],
    ["-A", "3", "-B", "1", "Ende"],
    ["-A", "2", "-E", "9[0-9]$"],
    ["nothing like it"],
  ];
  for (const words of cases) {
    const grepWords = words.includes("-E") ? words : ["-F", ...words];
    const grep = spawnSync("sh", ["-c", `(${command}) | grep -n "$@"`, "sh", ...grepWords], { encoding: "utf8" });
    const found = await utm("search", id, ...words);
    expect(found, words.join(" ")).toMatchObject({ exitCode: grep.status, stdout: grep.stdout, stderr: "" });
  }
});

it("pages on to the limit, and says how many there are", async () => {
  const { utm, ran } = await startAsAnna();
  const id = await ran("yes | head -n 2500");
  const some = await utm("search", id, "y");
  expect(some.stdout.split("\n")).toHaveLength(1001);
  expect(some).toMatchObject({
    exitCode: 0,
    stderr: "utm: 2500 lines match; these are 1000 of them. Show more with --limit.\n",
  });
  const all = await utm("search", id, "y", "--limit", "3000");
  expect(all.stdout.split("\n")).toHaveLength(2501);
  expect(all.stderr).toBe("");
  const { matches, total, truncated } = JSON.parse((await utm("search", "--json", "--limit", "2", id, "y")).stdout);
  expect({ matches, total, truncated } as OutputMatches).toMatchObject({
    matches: [{ number: 1 }, { number: 2, offset: 2, text: "y" }],
    total: 2500,
    truncated: true,
  });
});

it("keeps a terminal safe, and shows there what matched", async () => {
  const { home, environment, utm, ran } = await startAsAnna();
  const id = await ran("printf 'a \\033[31mred\\033[0m \\377 thing\\n'");
  expect((await utm("search", id, "thing")).stdout).toBe("1:a \ufffd[31mred\ufffd[0m \ufffd thing\n");
  const long = await ran("head -c 100000 /dev/zero | tr '\\0' x; echo needle");
  expect((await utm("search", long, "needle")).stdout).toMatch(/^1:…x{16384}needle\n$/);
  const painted = await runCli(["search", id, "-E", "th.n"], { home, environment, terminal: true });
  expect(painted.stdout).toContain("\u001b[31mthin\u001b[39mg");
});

it("tells what is wrong", async () => {
  const { utm, ran } = await startAsAnna();
  const id = await ran("echo text");
  const wrong = await utm("search", id, "-E", "a(");
  expect(wrong).toMatchObject({ exitCode: 125, stdout: "" });
  expect(wrong.stderr).toBe("utm: q: Invalid regular expression: /a(/gu: Unterminated group\n");
  expect(await utm("search", "99", "a")).toMatchObject({ exitCode: 125, stderr: "utm: Not found.\n" });
  expect(await utm("search", id, "a", "--attempt", "2")).toMatchObject({ exitCode: 125 });
  for (const args of [
    ["search", id],
    ["search", "x", "a"],
    ["search", id, "a", "-C", "21"],
  ]) {
    expect(await utm(...args), args.join(" ")).toMatchObject({ exitCode: 2, stdout: "" });
  }
});

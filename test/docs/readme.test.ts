import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { testDirectory } from "../support/directory.ts";
import { startServer } from "../support/server.ts";
import { configTable } from "./config-table.ts";
import { consoleSteps, matches } from "./console-blocks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readmePath = join(root, "README.md");
const readme = readFileSync(readmePath, "utf8");

/** Everything the README shows in a console is typed into a real shell, and what it shows must come out. */
test("the README's examples work as shown", async () => {
  const server = await startServer({ environment: { UTM_DEFAULT_SLEEP_SECONDS: "30" } });
  const steps = consoleSteps(readme);
  expect(steps.length).toBeGreaterThan(10);
  const marker = "=== end of step";
  const script = steps
    .map(({ command }) => `${command.replaceAll("http://localhost:8000", server.url)}\necho "${marker} $?"`)
    .join("\n")
    // `echo $?` is about the command before it, not about our marker.
    .replace(/echo "=== end of step \$\?"\necho \$\?/g, `status=$?; echo "${marker} $status"\necho $status`);
  const output = await shell(
    `exec 2>&1; shopt -s expand_aliases\nPWD=${root.replace(/\/$/, "")}\n${script}\n`,
    server.url,
  );
  const printed = output
    .split(new RegExp(`${marker} \\d+\n`))
    .map((text) => text.replaceAll(server.url, "http://localhost:8000"));
  for (const [index, step] of steps.entries()) {
    const text = printed[index] ?? "";
    expect(
      matches(step.expected, text),
      `$ ${step.command}\nexpected:\n${step.expected.join("\n")}\nprinted:\n${text}`,
    ).toBe(true);
  }
});

function shell(script: string, server: string): Promise<string> {
  const directory = testDirectory();
  const child = spawn("bash", ["-s"], {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, XDG_CONFIG_HOME: directory, UTM_SERVER: server },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stdin.end(script);
  const { promise, resolve } = Promise.withResolvers<string>();
  child.on("close", () => resolve(output));
  return promise;
}

test("the README's table of settings is the list in src/config/options.ts", () => {
  const pattern = /(<!-- configuration -->\n)[\s\S]*?(<!-- \/configuration -->)/;
  const wanted = readme.replace(pattern, (_, start: string, end: string) => `${start}${configTable()}\n${end}`);
  if (process.env.UTM_WRITE_DOCS === "1") {
    writeFileSync(readmePath, wanted);
  }
  expect(readFileSync(readmePath, "utf8")).toBe(wanted);
});

test("links between documents point to files that exist", () => {
  const documents = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    ...markdownIn("docs"),
    ...markdownIn("docs/decisions"),
  ];
  const broken: string[] = [];
  for (const document of documents) {
    const text = readFileSync(join(root, document), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      const isExternal = /^[a-z]+:/.test(target);
      if (!isExternal && !existsSync(join(root, dirname(document), target))) {
        broken.push(`${document}: ${target}`);
      }
    }
  }
  expect(broken).toEqual([]);
});

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
}

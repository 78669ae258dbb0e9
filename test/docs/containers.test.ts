import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { configOptions } from "../../src/config/options.ts";

/** No container engine is asked for to run the tests, so they hold what the container files name to what there is. */
const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (name: string) => readFileSync(root + name, "utf8");
const known = new Set(Object.values(configOptions).map(({ env }) => env));

it("sets only what there is to set", () => {
  const compose = [...read("compose.yaml").matchAll(/^ +([A-Z][A-Z_]+): /gm)].map(([, name]) => name);
  const ours = compose.filter((name) => !name?.startsWith("POSTGRES_"));
  const image = [...read("Dockerfile").matchAll(/^ENV (.+)$/gm)].flatMap(([, words = ""]) => words.split(" "));
  const names = [...ours, ...image.map((word) => word.split("=")[0])];
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !known.has(name ?? ""))).toEqual([]);
});

it("runs only what there is to run", () => {
  const dockerfile = read("Dockerfile");
  const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, words = ""]) => words.split(" "));
  const started = /^ENTRYPOINT \["node", "\/app\/(.+)"\]$/m.exec(dockerfile)?.[1] ?? "no entry point";
  expect([...copied, started].filter((name) => !existsSync(root + name))).toEqual([]);
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const called = [...dockerfile.matchAll(/npm run (\w+)/g)].map(([, name = ""]) => name);
  expect(called.filter((name) => !(name in scripts))).toEqual([]);
  const verbs = [...read("compose.yaml").matchAll(/command: \["(\w+)"\]/g)].map(([, verb = ""]) => verb);
  expect(verbs.length).toBeGreaterThan(1);
  expect(verbs.filter((verb) => !existsSync(`${root}src/cli/commands/${verb}.ts`))).toEqual([]);
});

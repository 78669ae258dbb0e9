/** @module-tag whole */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { testDirectory } from "../support/directory.ts";
import { refusedStart } from "../support/refused-start.ts";
import { type Member, startServer, startSharedServer } from "../support/server.ts";

/** Where outputs are kept and read from: the node's files, the database, or a directory that machines share. */
describe("with UTM_OUTPUT=database", () => {
  const server = startSharedServer({ environment: { UTM_OUTPUT: "database", UTM_OUTPUT_CAP_BYTES: "64K" } });
  let ada: Member;
  beforeAll(async () => {
    ada = await server.join("ada");
  });
  const fileOf = (id: number) => join(server.directory, "output", "0", `${id}.1`);

  it("an ended task's output does not need the file of the node that ran it", async () => {
    const { id } = await ada.submit({ command: "seq 1 50000; printf 'no end of line'" });
    const { output_bytes } = await ada.waitForEnd(id);
    const call = async () => ({
      raw: await ada.output(id),
      lines: await ada.client.call(contract.getOutputLines, { params: { id }, query: { from: -3, count: 3 } }),
      found: await ada.client.call(contract.searchOutput, { params: { id }, query: { q: "4999" } }),
    });
    const here = await call();
    expect(existsSync(fileOf(id))).toBe(true);
    rmSync(fileOf(id));
    rmSync(`${fileOf(id)}.gap`);
    expect(await call()).toEqual(here);
    expect(here.lines.gap).not.toBeNull();
    expect(here.raw.length).toBeLessThan(output_bytes);
    expect(here.raw.endsWith("50000\nno end of line")).toBe(true);
    expect(existsSync(join(server.directory, "output-cache", "0", `${id}.1`))).toBe(true);
  });

  it("each attempt's output is there", async () => {
    const retry = { attempts: 2, delay_seconds: 0, backoff: "fixed" as const };
    const { id } = await ada.submit({ command: "echo attempt $UTM_ATTEMPT; exit 1", retry });
    await ada.waitForEnd(id);
    rmSync(fileOf(id));
    rmSync(fileOf(id).replace(/1$/, "2"));
    for (const attempt of [1, 2]) {
      const response = await ada.request(`/taskapi/tasks/${id}/output/?attempt=${attempt}`);
      expect(await response.text()).toBe(`attempt ${attempt}\n`);
    }
  });
});

it("with UTM_OUTPUT=directory, outputs are in the directory named", async () => {
  const shared = join(testDirectory(), "shared");
  const server = await startServer({ environment: { UTM_OUTPUT: "directory", UTM_OUTPUT_DIR: shared } });
  const ada = await server.join("ada");
  const { id } = await ada.submit({ command: "echo here" });
  await ada.waitForEnd(id);
  expect(await ada.output(id)).toBe("here\n");
  expect(readdirSync(join(shared, "0"))).toEqual([`${id}.1`]);
});

it.each([
  [{ UTM_OUTPUT: "local" }, /UTM_OUTPUT=local keeps outputs where only their own machine/],
  [
    { UTM_OUTPUT: "directory" },
    /UTM_OUTPUT=directory needs a directory that all machines share: name it in UTM_OUTPUT_DIR/,
  ],
])("on many machines %j is refused", async (environment, sentence) => {
  const many = { REDIS_URL: "redis://127.0.0.1:1", DATABASE_URL: "postgres://127.0.0.1:1/utm" };
  const { code, lines } = await refusedStart({ UTM_DATA_DIR: testDirectory(), ...many, ...environment });
  expect(code).toBe(2);
  expect(lines.join("\n")).toMatch(sentence);
});

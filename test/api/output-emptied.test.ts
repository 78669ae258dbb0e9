import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { testDirectory } from "../support/directory.ts";
import { type Member, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

it.each([
  ["it is shorter then", "seq 1 1000; sleep 0.3; echo again >/dev/stderr; sleep 0.3"],
  ["as much is written again", "i=$(((i + 1) % 10)); echo $i >/dev/stderr; sleep 0.3"],
])("says that a program of the task itself has emptied the output: %s", async (_, empty) => {
  const go = join(testDirectory(), "go");
  const empties = `while [ ! -e ${go} ]; do ${empty}; done`;
  const { id } = await ada.submit({ command: `${empties}; exit 3` });
  await waitFor("it to be told", async () => {
    const events = await ada.client.call(contract.listEvents, { params: { id } });
    return events.some(({ kind, text }) => kind === "emptied" && /at least \d+ bytes are gone/.test(text));
  });
  writeFileSync(go, "");
  const { reason } = await ada.waitForEnd(id);
  expect(reason).toMatch(/^Exit 3\. One of its own programs emptied its output, at least \d+ bytes are gone: /);
  expect(reason).toMatch(/\/dev\/stderr/);
});

it("says nothing of one that was only written to", async () => {
  const { id } = await ada.submit({ command: "seq 1 1000; echo appended >>/dev/stderr" });
  expect((await ada.waitForEnd(id)).reason).toBe("Exit 0.");
});

/** @module-tag whole */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testDirectory } from "../support/directory.ts";
import { startServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

it("the database has all of an output, though the server was killed again and again while it was sent", async () => {
  const go = join(testDirectory(), "go");
  const server = await startServer({ environment: { UTM_OUTPUT: "database" } });
  const ada = await server.join("ada");
  const speak = `i=0; while [ ! -e ${go} ]; do echo line $i; i=$((i + 1)); [ $((i % 20)) = 0 ] && sleep 0.02; done`;
  const { id } = await ada.submit({ command: `${speak}; echo end` });
  await waitFor("it to write", async () => (await ada.output(id)).length > 0);
  let sent = 0;
  for (let kills = 0; kills < 4; kills += 1) {
    await server.stop("SIGKILL");
    await server.start();
    // What an earlier life left is sent at once; the next kill comes in the middle of whatever is done then.
    await waitFor("more of the output in the record", async () => {
      const { output_bytes } = await ada.get(id);
      const isMore = output_bytes > sent;
      sent = Math.max(sent, output_bytes);
      return isMore;
    });
  }
  writeFileSync(go, "");
  const { status, output_bytes } = await ada.waitForEnd(id);
  expect(status).toBe("completed");
  rmSync(join(server.directory, "output", "0", `${id}.1`));
  const output = await ada.output(id);
  expect(output.length).toBe(output_bytes);
  const numbered = output.split("\n").slice(0, -2);
  expect(output === `${numbered.map((_, index) => `line ${index}\n`).join("")}end\n`, "each line, once").toBe(true);
});

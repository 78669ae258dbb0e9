import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, logIn, test } from "./fixtures.ts";

/** Counts until it is told to stop, so that the server surely dies in the middle; then says how far it came. */
const counter = 'i=0; while [ ! -e stop ]; do i=$((i+1)); echo "count $i end"; sleep 0.01; done; echo "last $i"';

test("the output goes on after the server was killed and started again, with every line once", async ({
  page,
  server,
  anna,
}) => {
  const task = await anna.submit({ name: "counter", command: counter, cwd: server.directory });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText(/count \d+ end/);
  await server.stop("SIGKILL");
  await expect(page.getByText(/connection lost/i).first()).toBeVisible();
  await server.start();
  await expect(page.getByText(/connection lost/i)).toHaveCount(0);
  writeFileSync(join(server.directory, "stop"), "");
  await expect(page.getByText("completed").first()).toBeVisible();
  const lines = (await anna.output(task.id)).trimEnd().split("\n");
  const last = lines.length - 1;
  expect(lines.at(-1)).toBe(`last ${last}`);
  // The viewer numbers the lines it received: one lost or repeated would shift the numbers.
  await expect(output).toContainText(`last ${last}`);
  await expect(output.locator(`div:has(> [data-number="${last + 1}"])`)).toHaveText(`last ${last}`);
  await output.press("Home");
  await expect(output).toContainText("count 1 end");
});

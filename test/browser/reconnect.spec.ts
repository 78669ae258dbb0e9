import { expect, logIn, test } from "./fixtures.ts";

/** 400 lines in about four seconds; the server dies in the middle and comes back. */
const counter = 'i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo "count $i end"; sleep 0.01; done';

test("the output goes on after the server was killed and started again, with every line once", async ({
  page,
  server,
  anna,
}) => {
  const task = await anna.submit({ name: "counter", command: counter });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("count 20 end");
  await server.stop("SIGKILL");
  await expect(page.getByText(/connection lost/i).first()).toBeVisible();
  await server.start();
  await expect(page.getByText("completed").first()).toBeVisible({ timeout: 30_000 });
  await expect(output).toContainText("count 400 end");
  await expect(page.getByText(/connection lost/i)).toHaveCount(0);
  await output.press("Home");
  await expect(output).toContainText("count 1 end");
  const whole = await anna.output(task.id);
  expect(whole.split("\n").length - 1).toBe(400);
});

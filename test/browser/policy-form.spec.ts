import { contract } from "../../src/contract/index.ts";
import { waitFor } from "../support/wait-for.ts";
import { expect, logIn, test } from "./fixtures.ts";

test("limits, retry and input are asked for in the form, and wrong ones told beside their fields", {
  tag: "@whole",
}, async ({ page, anna }) => {
  await logIn(page, anna);
  await page.goto("/tasks/new");
  await page.getByLabel("Command", { exact: true }).fill("cat");
  for (const group of ["Limits", "Retry", "Environment"]) {
    await page.locator("summary").getByText(group, { exact: true }).click();
  }
  const memory = page.getByLabel("Memory", { exact: true });
  await memory.fill("512");
  await page.getByRole("button", { name: "Run task" }).click();
  await expect(memory).toHaveAccessibleDescription(/Write a size with its unit, like 512 MiB or 2 GiB\./);
  await expect(memory).toBeFocused();
  await memory.fill("512 MiB");
  const niceness = page.getByLabel("Niceness", { exact: true });
  await niceness.fill("20");
  const attempts = page.getByLabel("Attempts", { exact: true });
  await attempts.fill("0");
  await page.getByRole("button", { name: "Run task" }).click();
  await expect(niceness).toHaveAccessibleDescription(/Ensure this value is less than or equal to 19\./);
  await expect(attempts).toHaveAccessibleDescription(/Ensure this value is greater than or equal to 1\./);
  await niceness.fill("5");
  await attempts.fill("3");
  await page.getByLabel("Back-off", { exact: true }).selectOption("exponential");
  await page.getByLabel("Longest delay").fill("5 min");
  await page.getByLabel("The loss of its machine").check();
  await page.getByLabel("Keep the input open").check();
  await page.getByRole("button", { name: "Run task" }).click();
  await page.waitForURL("**/tasks/1");
  await expect(page.getByRole("textbox", { name: "Input", exact: true })).toBeVisible();
  expect(await anna.get(1)).toMatchObject({
    limits: { memory_bytes: 512 * 1024 * 1024, nice: 5, processes: null },
    retry: { attempts: 3, backoff: "exponential", max_delay_seconds: 300, on: ["failed", "timed_out", "lost"] },
    takes_input: true,
  });
  await page.getByRole("tab", { name: "Details" }).click();
  await expect(page.getByText(/^512 MiB memory, (sampled|kept by the kernel)$/)).toBeVisible();
  await expect(page.getByText(/^niceness 5, /)).toBeVisible();
  // How long it has run goes on.
  await expect(
    page
      .getByRole("row", { name: /^1 running/ })
      .locator("time")
      .nth(1),
  ).toHaveText(/^\d+ s$/);
});

test("an answer that an event overtook on its way is asked for again: it lacks how the limits are kept", {
  tag: "@whole",
}, async ({ page, anna }) => {
  const setPaused = (paused: boolean) =>
    anna.client.call(contract.updateQueue, { params: { name: "default" }, body: { paused } });
  await setPaused(true);
  const { id } = await anna.submit({ command: "sleep 300", limits: { memory_bytes: 512 * 1024 * 1024 } });
  await logIn(page, anna);
  const held = Promise.withResolvers<void>();
  const isFetched = Promise.withResolvers<void>();
  await page.route(
    `**/taskapi/tasks/${id}/`,
    async (route) => {
      const response = await route.fetch();
      isFetched.resolve();
      await held.promise;
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  await page.getByRole("row").getByRole("link").first().click();
  await isFetched.promise;
  await setPaused(false);
  await waitFor("it to run", async () => (await anna.get(id)).started_at !== null);
  await expect(page).toHaveTitle(/1 running/);
  held.resolve();
  await page.getByRole("tab", { name: "Details" }).click();
  await expect(page.getByText(/^512 MiB memory, (sampled|kept by the kernel)$/)).toBeVisible();
});

import { expect, logIn, test } from "./fixtures.ts";

test("the palette leads to pages, tasks and actions by keyboard", { tag: "@whole" }, async ({ page, anna }) => {
  const sleeper = await anna.submit({ name: "long sleeper", command: "sleep 300" });
  await anna.submit({ name: "other", command: "true" });
  await logIn(page, anna);
  const field = page.getByRole("combobox", { name: "Command, page, or task" });
  const options = page.getByRole("option");

  await page.keyboard.press("Control+k");
  await expect(field).toBeFocused();
  await field.fill("fail ta");
  await expect(options.first()).toHaveText("Go to failed tasks");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/status=failed/);

  await page.keyboard.press("Control+k");
  await field.fill("sleeper");
  await expect(options.filter({ hasText: "long sleeper" })).toBeVisible();
  await expect(options.filter({ hasText: "New task: sleeper" })).toBeVisible();
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: /long sleeper/ })).toBeVisible();

  await page.keyboard.press("Control+k");
  await field.fill("kill");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: 'Kill "long sleeper"?' })).toBeVisible();
  await page.keyboard.press("Escape");
  expect((await anna.get(sleeper.id)).status).toBe("running");

  await page.keyboard.press("Control+k");
  await field.fill("2");
  await expect(options.first()).toHaveText("Open task 2");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: /other/ })).toBeVisible();

  await page.keyboard.press("Control+k");
  await field.fill("no page is called so 'x");
  await expect(options).toHaveText(["New task: no page is called so 'x"]);
  await page.keyboard.press("Escape");
  await expect(field).toBeHidden();
});

test("a watched task's end is told, in the page where the browser may not", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const task = await anna.submit({ name: "watched", command: "read line; exit 3", input: true });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  await page.getByRole("button", { name: "Notify me" }).click();
  await expect(page.getByText(/does not allow notifications/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Will notify", pressed: true })).toBeVisible();
  const icon = page.locator('link[rel="icon"]');
  await expect(icon).toHaveAttribute("href", /circle/);
  await page.goto("/nodes");
  await anna.request(`/taskapi/tasks/${task.id}/input/`, { method: "POST", body: JSON.stringify({ end: true }) });
  await expect(page.getByRole("alert").filter({ hasText: `watched (#${task.id})` })).toContainText("failed, exit 3");
  await expect(icon).toHaveAttribute("href", /rect%20x/);
  await expect(icon).not.toHaveAttribute("href", /circle/);
});

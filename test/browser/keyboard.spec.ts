import { expect, logIn, test } from "./fixtures.ts";

test("tasks are found, opened and killed by keyboard alone", async ({ page, anna }) => {
  await anna.submit({ name: "older", command: "sleep 300" });
  await anna.submit({ name: "newer", command: "sleep 300" });
  await logIn(page, anna);
  await expect(page.getByRole("row", { name: /newer/ })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: /keyboard/i })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("/");
  await page.keyboard.type("older");
  await expect(page.getByRole("row", { name: /newer/ })).toHaveCount(0);
  // Escape takes the filter back.
  await page.keyboard.press("Escape");
  await expect(page.getByRole("row", { name: /newer/ })).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/tasks\/1$/);
  await expect(page.getByRole("button", { name: "Kill", exact: true })).toBeEnabled();
  await page.keyboard.press(".");
  const dialog = page.getByRole("dialog", { name: /older/ });
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: "Kill task" }).press("Enter");
  await expect(page.getByText("killed").first()).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await expect(page.getByRole("heading", { name: "Tasks", exact: true })).toBeVisible();
  await page.keyboard.press("n");
  await expect(page.getByRole("heading", { name: "New task" })).toBeVisible();
});

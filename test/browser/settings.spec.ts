import { expect, logIn, test } from "./fixtures.ts";

test("an admin sees what is in force, by key, and filters it", { tag: "@whole" }, async ({ page, anna }) => {
  await logIn(page, anna);
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(page.getByRole("heading", { name: "Settings in force" })).toBeVisible();
  const sleep = page.getByRole("row", { name: /^UTM_DEFAULT_SLEEP_SECONDS/ });
  await expect(sleep).toContainText("environment");
  await expect(sleep).toContainText("Default: 10");
  await expect(page.getByRole("row", { name: /^UTM_REGISTRATION / })).toContainText("default");
  await expect(page.getByRole("row", { name: /^UTM_OUTPUT_CAP_BYTES/ })).toContainText("67108864 (64.0 MiB)");
  await page.keyboard.press("/");
  await page.keyboard.type("sleep environment");
  await expect(page.getByRole("row")).toHaveCount(2);
  await page.reload();
  await expect(page.getByLabel("Filter settings")).toHaveValue("sleep environment");
  await expect(page.getByRole("row")).toHaveCount(2);
  await page.getByLabel("Filter settings").fill("no such setting");
  await page.getByRole("button", { name: "Clear the filter" }).click();
  await expect(sleep).toBeVisible();
  await expect(page).toHaveURL(/\/settings$/);
});

test("on a phone it is reached from the menu; others have no way there", { tag: "@whole" }, async ({
  page,
  server,
  anna,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await logIn(page, anna);
  const menu = page.getByRole("navigation", { name: "Main" });
  await expect(menu.getByRole("link", { name: "Settings" })).toBeHidden();
  await menu.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("dialog", { name: "Menu" }).getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("row", { name: /^UTM_SLOTS/ })).toBeVisible();
  await page.evaluate(() => localStorage.clear());
  await page.setViewportSize({ width: 1280, height: 800 });
  await logIn(page, await server.join("ben"));
  await expect(menu.getByRole("link", { name: "Nodes" })).toBeVisible();
  await expect(menu.getByRole("link", { name: "Settings" })).toHaveCount(0);
  await page.goto("/settings");
  await expect(page.getByRole("alert")).toContainText("see the settings of the server");
});

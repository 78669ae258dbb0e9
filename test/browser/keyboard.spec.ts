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

test("Tab begins with the way past the menu, and a dialog gives the focus back", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  await anna.submit({ name: "lasting", command: "sleep 300" });
  await logIn(page, anna);
  await page.goto("/tasks/1");
  const kill = page.getByRole("button", { name: "Kill", exact: true });
  await expect(kill).toBeEnabled();
  const focused = page.locator(":focus");
  await page.keyboard.press("Tab");
  await expect(focused).toHaveText("Skip to the content");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(focused).toHaveText("Tasks");
  // In the order of reading: the header's buttons, the attempt in the course, the tabs, the tools, the lines.
  const passed: string[] = [];
  for (let step = 0; step < 25; step += 1) {
    await page.keyboard.press("Tab");
    // Behind the last one the browser's own bars have the focus.
    passed.push(
      await page.evaluate(() => {
        const element = document.activeElement;
        return (
          element?.getAttribute("aria-label") ?? (element instanceof HTMLElement ? element.innerText.slice(0, 60) : "")
        );
      }),
    );
  }
  const expected = ["Kill", "1: running", "Output", "Following", "Find", "Full screen"];
  const places = expected.map((name) => passed.findIndex((seen) => seen.startsWith(name)));
  expect(places, passed.join(", ")).toEqual(places.toSorted((one, other) => one - other));
  expect(places, passed.join(", ")).not.toContain(-1);

  await kill.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: /lasting/ });
  await expect(dialog).toBeVisible();
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press("Tab");
    // The browser's own bars take a turn in a dialog; the page behind it never does.
    expect(await page.evaluate(() => document.activeElement?.closest("dialog, body")?.tagName)).toMatch(/DIALOG|BODY/);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(kill).toBeFocused();
});

import { expect, logIn, test } from "./fixtures.ts";

test("a line and a range of lines have addresses that lead back to them", { tag: "@whole" }, async ({ page, anna }) => {
  const task = await anna.submit({ name: "counting", command: "seq 1 3000" });
  await anna.waitForEnd(task.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("3000");
  const numberOf = (line: number) => output.locator(`a[data-number="${line}"]`);
  await numberOf(2990).click();
  await expect(page).toHaveURL(/#L2990$/);
  await numberOf(2995).click({ modifiers: ["Shift"] });
  await expect(page).toHaveURL(/#L2990-L2995$/);
  await expect(output.locator("[data-linked]")).toHaveCount(6);

  await page.goto(`/tasks/${task.id}#L1500-L1501`);
  await page.reload();
  await expect(output.getByText("1500", { exact: true })).toBeInViewport();
  await expect(output.locator("[data-linked]")).toHaveText(["1500", "1501"]);
  await page.getByRole("button", { name: /Jump to end/ }).click();
  await expect(output.getByText("3000", { exact: true })).toBeInViewport();
  await expect(page).not.toHaveURL(/#/);
});

test("any line of an output too large to be loaded is shown among its neighbours", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const task = await anna.submit({ name: "large", command: "seq -f 'line %.0f of many' 1 600000" });
  await anna.waitForEnd(task.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}#L1200`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output.getByText("line 1200 of many")).toBeInViewport();
  await expect(page.getByText(/^Lines [\d,]+ to [\d,]+ of 600,000$/)).toBeVisible();
  await output.hover();
  await expect(async () => {
    await page.mouse.wheel(0, -20_000);
    await expect(output.getByText("line 1 of many")).toBeInViewport({ timeout: 200 });
  }).toPass();

  await page.keyboard.press("/");
  await page.getByRole("textbox", { name: "Text to find" }).fill("line 300000 of");
  await expect(output.getByText("line 300000 of many")).toBeInViewport();
  await expect(output.getByText("line 300001 of many")).toBeInViewport();
  await page.getByRole("button", { name: /Jump to end/ }).click();
  await expect(output.getByText("line 600000 of many")).toBeInViewport();
});

import { contract } from "../../src/contract/index.ts";
import { expect, logIn, test } from "./fixtures.ts";

test("a flood of output leaves the page usable, and its end is the end", { tag: "@whole" }, async ({ page, anna }) => {
  const flood = "yes 'INFO request handled in 12 ms path=/taskapi/tasks/77/' | head -c 200000000";
  const task = await anna.submit({
    name: "flood",
    command: `read go; ${flood}; echo; echo the last line`,
    input: true,
  });
  await anna.waitForStatus(task.id, "running");
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await page.getByRole("textbox", { name: "Input" }).fill("go");
  await page.keyboard.press("Enter");
  await expect(output).toContainText("INFO request handled");
  // Whatever comes, keys and buttons do what they do.
  await page.getByRole("tab", { name: "Details" }).click();
  await expect(page.getByRole("heading", { name: "Program" })).toBeVisible();
  await page.getByRole("tab", { name: "Output" }).click();
  await page.getByRole("button", { name: "Wrap" }).click();
  await expect(page.getByRole("button", { name: "Wrap" })).toHaveAttribute("aria-pressed", "true");
  await anna.waitForEnd(task.id);
  await expect(output.getByText("the last line")).toBeInViewport();
  const { lines, total } = await anna.client.call(contract.getOutputLines, {
    params: { id: task.id },
    query: { from: -1, count: 1 },
  });
  expect(lines[0]?.text).toBe("the last line");
  await expect(output.locator(`a[data-number="${total}"]`)).toBeInViewport();
});

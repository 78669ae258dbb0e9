import { expect, logIn, test } from "./fixtures.ts";

test("a task is run once more as it was, by key", { tag: "@whole" }, async ({ page, anna }) => {
  const first = await anna.submit({ name: "again", argv: ["printf", "%s\n", "two words"], stdin: "x", tags: ["kept"] });
  await anna.waitForEnd(first.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${first.id}`);
  await expect(page.getByRole("button", { name: "Rerun", exact: true })).toBeEnabled();
  await page.keyboard.press("r");
  await expect(page).toHaveURL(`/tasks/${first.id + 1}`);
  await expect(page.getByRole("log", { name: "Output" })).toContainText("two words");
  const second = await anna.get(first.id + 1);
  expect(second).toMatchObject({ argv: first.argv, stdin_bytes: 1, tags: ["kept"] });
});

test("a task is edited and rerun: what is not touched stays, what is emptied goes", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const first = await anna.submit({
    name: "original",
    command: "cat; echo from $PLACE",
    stdin: "kept input\n",
    env: { PLACE: "here" },
    tags: ["kept"],
    limits: { memory_bytes: 512 * 1024 * 1024, processes: 20 },
    retry: { attempts: 2, backoff: "exponential", delay_seconds: 1 },
  });
  await anna.waitForEnd(first.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${first.id}`);
  await page.getByRole("button", { name: "Edit & rerun" }).click();
  await expect(page.getByRole("heading", { name: "Edit & rerun #1" })).toBeVisible();
  await expect(page.getByLabel("Memory", { exact: true })).toHaveValue("512 MiB");
  await expect(page.getByLabel("Back-off", { exact: true })).toHaveValue("exponential");
  await expect(page.getByLabel(/The same standard input again/)).toBeChecked();
  await page.getByLabel("Name", { exact: true }).fill("changed");
  await page.getByLabel("Environment").fill("PLACE=there");
  await page.getByLabel("Processes", { exact: true }).fill("");
  await page.getByLabel("Attempts", { exact: true }).fill("");
  await page.getByRole("button", { name: "Rerun task" }).click();
  await expect(page).toHaveURL(`/tasks/${first.id + 1}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("kept input");
  await expect(output).toContainText("from there");
  const second = await anna.get(first.id + 1);
  expect(second).toMatchObject({ name: "changed", command: first.command, tags: ["kept"], retry: null });
  expect(second.limits).toMatchObject({ memory_bytes: 512 * 1024 * 1024, processes: null });
});

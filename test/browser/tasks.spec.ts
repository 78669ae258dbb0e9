import { expect, logIn, test } from "./fixtures.ts";

test("a command is typed, runs, shows its output as it comes, and its end", async ({ page, anna }) => {
  await logIn(page, anna);
  await page.getByRole("link", { name: "New task" }).first().click();
  await page.getByLabel("Command").fill("printf '\\033[31mred\\033[0m plain\\n'; read line < /dev/null; exit 3");
  await page.getByLabel("Name").fill("colours");
  await page.getByRole("button", { name: "Run task" }).click();
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("red plain");
  await expect(output).not.toContainText("[31m");
  await expect(page.getByText("exit 3").first()).toBeVisible();
  await expect(page.getByText("failed").first()).toBeVisible();
  const red = output.getByText("red", { exact: true });
  const colours = await red.evaluate((element) => [
    getComputedStyle(element).color,
    getComputedStyle(document.body).color,
  ]);
  expect(colours[0]).not.toBe(colours[1]);
});

test("a progress bar drawn with carriage returns stays one line", { tag: "@whole" }, async ({ page, anna }) => {
  const task = await anna.submit({ command: "printf '10%%\\r50%%\\r100%%\\n'; echo done" });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("100%");
  await expect(output).toContainText("done");
  await expect(output).not.toContainText("50%");
});

test("nothing but a name runs the demonstration", { tag: "@whole" }, async ({ page, anna }) => {
  await logIn(page, anna);
  await page.goto("/tasks/new");
  await page.getByLabel("Name").fill("just a nap");
  await page.getByRole("button", { name: "Run task" }).click();
  await expect(page.getByText("completed").first()).toBeVisible();
  await expect(page.getByText("just a nap").first()).toBeVisible();
});

test("a refused submission is told beside its field and loses nothing typed", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  await logIn(page, anna);
  await page.goto("/tasks/new");
  await page.getByLabel("Command").fill("true");
  await page.getByLabel("Name").fill("n".repeat(256));
  await page.getByRole("button", { name: "Run task" }).click();
  await expect(page.getByText("Ensure this field has no more than 255 characters.")).toBeVisible();
  await expect(page.getByLabel("Command")).toHaveValue("true");
});

test("the list changes by itself when somebody works elsewhere", async ({ page, anna }) => {
  await logIn(page, anna);
  const task = await anna.submit({ name: "from elsewhere", command: "read x < /dev/zero || true; sleep 30" });
  const row = page.getByRole("row", { name: /from elsewhere/ });
  await expect(row).toBeVisible();
  await expect(row).toContainText("running");
  await anna.request(`/taskapi/tasks/${task.id}/`, { method: "DELETE" });
  await expect(row).toContainText("killed");
});

test("kill asks, naming the task, and ends it", async ({ page, anna }) => {
  const task = await anna.submit({ name: "victim", command: "echo alive; sleep 300" });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  await expect(page.getByRole("log", { name: "Output" })).toContainText("alive");
  await page.getByRole("button", { name: "Kill", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: /victim/ });
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: "Kill task" }).click();
  await expect(page.getByText("killed").first()).toBeVisible();
  await expect.poll(async () => (await anna.get(task.id)).status).toBe("killed");
  await expect(page.getByRole("button", { name: "Kill", exact: true })).toBeDisabled();
});

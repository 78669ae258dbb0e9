import { expect, logIn, test } from "./fixtures.ts";

test("what a running task uses is seen: figures, their course, and its processes", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const task = await anna.submit({ name: "busy", command: "while :; do :; done & sleep 300" });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  await page.getByRole("tab", { name: "Usage" }).click();
  const figures = page.getByRole("region", { name: "What attempt 1 used" });
  await expect(figures).toContainText(/Processor time\d/);
  await expect(figures).toContainText(/Largest memory\d/);
  await expect(page.getByRole("img", { name: /^Processors in use over .*: at most 0?\.?\d/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Memory over .*: at most .*iB\.$/ })).toBeVisible();
  const processes = page.getByRole("table", { name: "Processes now" });
  await expect(processes.getByRole("row", { name: /iB sleep 300/ })).toBeVisible();
  await anna.request(`/taskapi/tasks/${task.id}/`, { method: "DELETE" });
  await expect(page.getByText("killed").first()).toBeVisible();
  await expect(processes).toHaveCount(0);
  await expect(figures).toContainText(/Processor time\d/);
});

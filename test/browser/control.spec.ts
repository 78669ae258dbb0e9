import { expect, logIn, test } from "./fixtures.ts";

test("a task is suspended and resumed, by button and by key", { tag: "@whole" }, async ({ page, anna }) => {
  const task = await anna.submit({ name: "sleeper", command: "echo up; sleep 300" });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  await expect(page.getByRole("log", { name: "Output" })).toContainText("up");
  await page.getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByRole("status").getByText("suspended")).toBeVisible();
  expect((await anna.get(task.id)).suspended).toBe(true);
  await page.goto("/tasks");
  await expect(page.getByRole("row", { name: /sleeper/ })).toContainText("suspended");
  await page.goto(`/tasks/${task.id}`);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("status").getByText("running")).toBeVisible();
  await page.keyboard.press("s");
  await expect(page.getByRole("button", { name: "Resume" })).toBeVisible();
  await page.keyboard.press("s");
  await expect(page.getByRole("button", { name: "Suspend" })).toBeVisible();
  expect((await anna.get(task.id)).suspended).toBe(false);
});

test("what cannot be done to a task that is over says why", { tag: "@whole" }, async ({ page, anna }) => {
  const task = await anna.submit({ name: "done", command: "true" });
  await anna.waitForEnd(task.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  for (const name of ["Suspend", "Signal…", "Kill"]) {
    const button = page.getByRole("button", { name, exact: true });
    await expect(button).toBeDisabled();
    await expect(button).toHaveAccessibleDescription("The task is already over.");
  }
  await expect(page.getByRole("button", { name: "Rerun", exact: true })).toBeEnabled();
});

test("a signal reaches the program and stands among the events", { tag: "@whole" }, async ({ page, anna }) => {
  const command = "trap 'echo reloaded' USR1; echo ready; while :; do sleep 0.1; done";
  const task = await anna.submit({ name: "daemon", command });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("ready");
  await page.getByRole("button", { name: "Signal…" }).click();
  const dialog = page.getByRole("dialog", { name: /daemon/ });
  await dialog.getByLabel("Signal", { exact: true }).selectOption("SIGUSR1");
  await dialog.getByLabel("To", { exact: true }).selectOption("The program only");
  await dialog.getByRole("button", { name: "Send signal" }).click();
  await expect(page.getByText("SIGUSR1 was sent.")).toBeVisible();
  await expect(output).toContainText("reloaded");
  await page.getByRole("tab", { name: "Events" }).click();
  const events = page.getByRole("table", { name: "What happened to the task" });
  await expect(events.getByRole("row", { name: /signal .*USR1/ })).toBeVisible();
  const time = events.getByRole("row", { name: /started/ }).locator("time");
  await expect(time).toHaveAttribute("title", /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/);
});

test("lines are sent to a running task, and the end of its input ends it", async ({ page, anna }) => {
  const task = await anna.submit({ name: "echoes", command: "cat; echo over", input: true });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  const input = page.getByRole("textbox", { name: "Input" });
  await input.fill("first line");
  await input.press("Enter");
  await expect(output).toContainText("first line");
  await expect(input).toHaveValue("");
  await page.keyboard.type("second line");
  await page.keyboard.press("Enter");
  await expect(output).toContainText("second line");
  await page.getByRole("button", { name: "End input" }).click();
  await expect(output).toContainText("over");
  await expect(page.getByText("completed").first()).toBeVisible();
  await expect(input).toHaveCount(0);
  expect(await anna.output(task.id)).toBe("first line\nsecond line\nover\n");
});

test("that the input was ended elsewhere is told instead of a field", { tag: "@whole" }, async ({ page, anna }) => {
  const task = await anna.submit({ name: "deaf", command: "cat > /dev/null; echo ended; sleep 300", input: true });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const input = page.getByRole("textbox", { name: "Input" });
  await expect(input).toBeVisible();
  await anna.request(`/taskapi/tasks/${task.id}/input/`, { method: "POST", body: JSON.stringify({ end: true }) });
  await expect(page.getByRole("log", { name: "Output" })).toContainText("ended");
  await input.fill("too late");
  await input.press("Enter");
  await expect(page.getByText("Its input has been ended.")).toBeVisible();
  await page.reload();
  await expect(page.getByText("Its input has been ended.")).toBeVisible();
});

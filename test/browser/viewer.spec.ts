import { expect, logIn, test } from "./fixtures.ts";

test("each line has a time, as exact as somebody looked", { tag: "@whole" }, async ({ page, anna }) => {
  const task = await anna.submit({ name: "clock", command: "date +%s; read go; date +%s; sleep 600", input: true });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText(/\d{10}/);
  await page.keyboard.press("t");
  const times = output.getByRole("time");
  await expect(times).toHaveCount(1);
  await page.getByRole("textbox", { name: "Input" }).fill("go");
  await page.keyboard.press("Enter");
  await expect(times).toHaveCount(2);
  const written = await output.getByText(/^\d{10}$/).allTextContents();
  const shown = await times.evaluateAll((all) => all.map((time) => Date.parse(time.getAttribute("datetime") ?? "")));
  for (const [index, second] of written.entries()) {
    const lateMs = (shown[index] ?? 0) - Number(second) * 1000;
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(30_000);
  }
  await expect(times.first()).toHaveAttribute("title", /^Written between .* and .*/);
  await page.reload();
  await expect(times).toHaveCount(2);
  await page.getByRole("button", { name: "Times" }).click();
  await expect(times).toHaveCount(0);
});

test("only the lines that have a text are shown, and one of them leads to its place", async ({ page, anna }) => {
  const command = "seq 1 3000 | sed 's/^1500$/needle one/; s/^2900$/needle two/'";
  const task = await anna.submit({ name: "haystack", command });
  await anna.waitForEnd(task.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("3000");
  await page.keyboard.press("/");
  await page.getByRole("textbox", { name: "Text to find" }).fill("needle");
  await page.getByRole("button", { name: "Only these" }).click();
  await expect(output.locator("[data-index]")).toHaveText(["needle one", "needle two"]);
  await output.locator('a[data-number="1500"]').click();
  await expect(page).toHaveURL(/#L1500$/);
  await expect(output.getByText("needle one")).toBeInViewport();
  await expect(output.getByText("1501", { exact: true })).toBeInViewport();
});

test("while only some lines are shown, new ones that have the text come by themselves", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const task = await anna.submit({ name: "grown", command: "echo hit 1; read go; echo hit 2; sleep 600", input: true });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("hit 1");
  await page.keyboard.press("/");
  await page.getByRole("textbox", { name: "Text to find" }).fill("hit");
  await page.getByRole("button", { name: "Only these" }).click();
  await expect(output.locator("[data-index]")).toHaveText(["hit 1"]);
  await page.getByRole("textbox", { name: "Input" }).fill("go");
  await page.keyboard.press("Enter");
  await expect(output.locator("[data-index]")).toHaveText(["hit 1", "hit 2"]);
});

test("the output is copied as a terminal shows it, or only its linked lines", { tag: "@whole" }, async ({
  page,
  anna,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const command = "printf '\\033[31mred\\033[0m\\n10 %%\\r20 %%\\nlast'";
  const task = await anna.submit({ name: "copied", command });
  await anna.waitForEnd(task.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("last");
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect.poll(clipboard).toBe("red\n20 %\nlast");
  await output.locator('a[data-number="1"]').click();
  await output.locator('a[data-number="2"]').click({ modifiers: ["Shift"] });
  await page.getByRole("button", { name: "Copy 2 lines" }).click();
  await expect.poll(clipboard).toBe("red\n20 %");
});

test("linked lines are copied to the last one, and more than a clipboard bears is refused", { tag: "@whole" }, async ({
  page,
  anna,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const wide = `awk 'BEGIN { s = sprintf("%2000s", "."); for (i = 1; i <= 6000; i++) print i s }'`;
  const task = await anna.submit({ name: "wide", command: wide });
  await anna.waitForEnd(task.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}#L1-L4500`);
  // More than the server answers at once.
  await page.getByRole("button", { name: "Copy 4,500 lines" }).click();
  const lastLine = () => page.evaluate(async () => (await navigator.clipboard.readText()).split("\n").at(-1)?.trim());
  await expect.poll(lastLine).toMatch(/^4500 +\.$/);
  await page.goto(`/tasks/${task.id}`);
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(page.getByText(/too much for the clipboard/)).toBeVisible();
});

test("the output takes the whole screen, and gives it back", { tag: "@whole" }, async ({ page, anna }) => {
  const task = await anna.submit({ name: "large", command: "seq 1 50" });
  await anna.waitForEnd(task.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  await expect(page.getByRole("log", { name: "Output" })).toContainText("50");
  const topOf = async (name: string) => (await page.getByRole("button", { name, exact: true }).boundingBox())?.y ?? 0;
  const before = await topOf("Full screen");
  await page.keyboard.press("F");
  await expect.poll(() => topOf("Leave full screen")).toBeLessThan(40);
  // What lies behind is out of reach.
  const behind = page.locator("nav[inert]");
  await expect(behind).toHaveCount(1);
  await page.getByRole("button", { name: "Leave full screen" }).click();
  await expect.poll(() => topOf("Full screen")).toBe(before);
  await expect(behind).toHaveCount(0);
});

test("the course of a task: waits, attempts, and how long such a task usually runs", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const once = { name: "usual", command: "sleep 0.2" };
  for (let run = 0; run < 2; run += 1) {
    await anna.waitForEnd((await anna.submit(once)).id);
  }
  const third = await anna.submit(once);
  await anna.waitForEnd(third.id);
  await logIn(page, anna);
  await page.goto(`/tasks/${third.id}`);
  const course = page.getByRole("list", { name: "How it spent its time" });
  await expect(course.getByRole("listitem")).toHaveCount(2);
  await expect(course.getByRole("button", { name: /^1: exit 0 after/ })).toBeVisible();
  await expect(page.getByText(/^usually \d/)).toBeVisible();

  const retry = { attempts: 2, delay_seconds: 0 };
  const failing = await anna.submit({ name: "twice", command: "echo try $UTM_ATTEMPT; exit 127", retry });
  await anna.waitForEnd(failing.id);
  await page.goto(`/tasks/${failing.id}`);
  await expect(course.getByRole("listitem")).toHaveCount(4);
  await expect(page.getByText(/^127: a command was not found/)).toBeVisible();
  await course.getByRole("button", { name: /^1: exit 127 after/ }).click();
  await expect(page).toHaveURL(/attempt=1/);
  await expect(page.getByRole("log", { name: "Output" })).toContainText("try 1");
});

import type { Locator, Page } from "@playwright/test";
import type { TaskDetail } from "../../src/contract/index.ts";
import type { Member } from "../support/server-process.ts";
import { expect, logIn, test } from "./fixtures.ts";

/** The form of a new task: what would happen, drafts that stay, every field, many lines. */
async function openForm(page: Page, member: Member, path = "/tasks/new"): Promise<Locator> {
  await logIn(page, member);
  await page.goto(path);
  const command = page.getByLabel("Command", { exact: true });
  await expect(command).toBeVisible();
  return command;
}

async function unfold(page: Page, ...groups: string[]): Promise<void> {
  for (const group of groups) {
    await page.locator("summary").getByText(group, { exact: true }).click();
  }
}

async function tasksOf(member: Member): Promise<TaskDetail[]> {
  return (await member.request("/taskapi/tasks/")).json();
}

/** Until the browser has kept it: what is typed is kept a moment later. */
async function waitUntilKept(page: Page, typed: string): Promise<void> {
  await expect.poll(() => page.evaluate(() => JSON.stringify(window.localStorage))).toContain(typed);
}

const run = (page: Page) => page.getByRole("button", { name: /^Run/ });

test("while it is typed the server says what would run, as whom, where and on which node", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const command = await openForm(page, anna);
  await command.fill("make all");
  await expect(page.getByText(/^Runs as user \S+ in \/\S+, without a time limit, on node \S+\.$/)).toBeVisible();
  await unfold(page, "Where", "Limits");
  await page.getByLabel("Working directory").fill("/srv/app");
  await page.getByLabel("Timeout").fill("30 min");
  await page.getByLabel("Memory", { exact: true }).fill("2 GiB");
  await expect(page.getByText(/ in \/srv\/app, at most 30 min, with at most 2\.0 GiB of memory, on /)).toBeVisible();
  await page.getByLabel("Labels").fill("gpu");
  await expect(page.getByText("on a node with gpu. Not at once: No living node has the label gpu.")).toBeVisible();

  await page.getByText("Show what would run").press("Enter");
  const trial = page.getByRole("group").filter({ has: page.getByText("Show what would run") });
  await expect(trial).toContainText("/bin/sh -c 'make all'");
  await expect(trial).toContainText("UTM_TASK_ID");
  await expect(trial).toContainText("Whether the program and the directory are there is seen when it starts.");
  expect(await tasksOf(anna)).toEqual([]);
});

test("without an answer of the server the form says what it knows, and submits all the same", {
  tag: "@whole",
}, async ({ page, anna }) => {
  await page.route("**/taskapi/tasks/dry-run/", (route) => route.abort());
  const command = await openForm(page, anna);
  await command.fill("true");
  await expect(
    page.getByText("Runs in the home directory of the user it runs as, without a time limit."),
  ).toBeVisible();
  await command.press("Control+Enter");
  await expect(page).toHaveURL("/tasks/1");
});

test("a mistake is told once its field was left, not while it is typed", { tag: "@whole" }, async ({ page, anna }) => {
  const command = await openForm(page, anna);
  await command.fill("true");
  await unfold(page, "Limits", "When");
  const [memory, niceness] = [page.getByLabel("Memory", { exact: true }), page.getByLabel("Niceness")];
  const dryRun = page.waitForResponse((response) => response.url().includes("/dry-run/") && response.status() === 400);
  await niceness.fill("99");
  await dryRun;
  await expect(niceness).not.toHaveAttribute("aria-invalid");
  await memory.focus();
  await expect(niceness).toHaveAccessibleDescription(/less than or equal to 19/);
  await memory.fill("512");
  await expect(memory).not.toHaveAttribute("aria-invalid");
  await page.getByLabel("Queue").fill("nowhere");
  await expect(memory).toHaveAccessibleDescription(/Write a size with its unit/);
  await memory.fill("512 MiB");
  await niceness.fill("19");
  await expect(niceness).not.toHaveAttribute("aria-invalid");
  await expect(page.getByText("There is no queue named nowhere.")).toBeVisible();
});

test("a folded group says how many of its fields hold something, and unfolds when one is wrong", {
  tag: "@whole",
}, async ({ page, anna }) => {
  const command = await openForm(page, anna);
  await command.fill("true");
  await unfold(page, "Limits");
  await page.getByLabel("Timeout").fill("soon");
  await page.getByLabel("Processes", { exact: true }).fill("5");
  await expect(page.getByLabel("Timeout")).toHaveAccessibleDescription(/Write a time like/);
  await unfold(page, "Limits");
  const heading = page.locator("summary").getByText("Limits", { exact: true });
  const limits = page.getByRole("group").filter({ has: heading });
  await expect(limits).not.toHaveAttribute("open");
  await expect(limits.getByText("2 set, with a mistake", { exact: true })).toBeVisible();
  await run(page).click();
  await expect(page.getByLabel("Timeout")).toBeFocused();
  await page.getByLabel("Timeout").fill("90");
  await unfold(page, "Limits");
  await expect(limits.getByText("2 set", { exact: true })).toBeVisible();
  await command.fill("");
  await page.getByLabel("Name", { exact: true }).fill("n");
  await unfold(page, "When");
  await page.getByLabel("Priority").fill("high");
  await unfold(page, "When");
  await command.press("Control+Enter");
  await expect(page.getByLabel("Priority")).toBeFocused();
  expect(await tasksOf(anna)).toEqual([]);
});

test("every field of a submission can be given", async ({ page, anna }) => {
  await openForm(page, anna);
  await page.getByRole("button", { name: "Program and arguments" }).click();
  await page.getByLabel("Program and arguments").fill("printf\n%s|\ntwo words\n\n");
  await page.getByLabel("Name", { exact: true }).fill("all of it");
  await page.getByLabel("Tags").fill("nightly, two words");
  await page.getByLabel("Description").fill("why");
  await unfold(page, "When", "Where", "Limits", "Retry", "Environment");
  await page.getByLabel("Not before").fill("2099-01-02T03:04");
  await page.getByLabel("Priority").fill("-7");
  await page.getByLabel("Queue").fill("default");
  await page.getByLabel("Working directory").fill("/usr");
  await page.getByLabel("Node", { exact: true }).fill("elsewhere");
  await page.getByLabel("Labels").fill("gpu, big");
  await page.getByLabel("Timeout").fill("5 min");
  await page.getByLabel("Kill grace").fill("3");
  await page.getByLabel("Output", { exact: true }).fill("1 MiB");
  await page.getByLabel("Attempts", { exact: true }).fill("2");
  await page.getByLabel("Environment", { exact: true }).fill("A=1\nB=x=y");
  await page.getByLabel("Standard input").fill("given\n");
  await page.getByLabel("Keep the input open").check();
  await page.getByLabel("Give it a terminal").check();
  await page.getByLabel("Columns").fill("100");
  await run(page).click();
  await expect(page).toHaveURL("/tasks/1");
  expect(await anna.get(1)).toMatchObject({
    argv: ["printf", "%s|", "two words", ""],
    ...{ name: "all of it", tags: ["nightly", "two words"], description: "why", priority: -7, queue: "default" },
    ...{ run_at: await page.evaluate(() => new Date("2099-01-02T03:04").toISOString()) },
    ...{ cwd: "/usr", requested_node: "elsewhere", labels: ["gpu", "big"], timeout_seconds: 300 },
    ...{ kill_grace_seconds: 3, limits: { output_bytes: 1024 ** 2 }, retry: { attempts: 2 } },
    ...{ env: { A: "1", B: "x=y" }, stdin_bytes: 6, takes_input: true, pty: { columns: 100, rows: 40 } },
  });
});

test("a draft outlives leaving the page, a reload and the tab; secrets do not outlive the tab", async ({
  page,
  anna,
  context,
}) => {
  const command = await openForm(page, anna);
  await command.fill("make all");
  await unfold(page, "Environment", "Limits");
  await page.getByLabel("Environment", { exact: true }).fill("TOKEN=secret");
  await page.getByLabel("Memory", { exact: true }).fill("1 GiB");
  await page.getByRole("link", { name: "Tasks", exact: true }).first().click();
  await expect(page.getByRole("heading", { name: "Tasks", exact: true })).toBeVisible();
  await page.goto("/tasks/new");
  await expect(command).toHaveValue("make all");
  await page.reload();
  await expect(page.getByText(/^Your draft from .+ · Start empty$/)).toBeVisible();
  await expect(page.getByLabel("Environment", { exact: true })).toHaveValue("TOKEN=secret");
  expect(await page.evaluate(() => JSON.stringify(window.localStorage))).not.toContain("TOKEN");

  const other = await context.newPage();
  await other.goto("/tasks/new");
  await expect(other.getByLabel("Command", { exact: true })).toHaveValue("make all");
  await expect(other.getByLabel("Memory", { exact: true })).toHaveValue("1 GiB");
  await expect(other.getByText(/without its variables and input/)).toBeVisible();
  await other.close();

  await page.getByRole("button", { name: "Start empty" }).click();
  await expect(command).toHaveValue("");
  await command.fill("true");
  await command.press("Control+Enter");
  await expect(page).toHaveURL("/tasks/1");
  await page.goto("/tasks/new");
  await expect(command).toHaveValue("");
  await expect(page.getByText(/^Your draft/)).toHaveCount(0);
});

test("of two tabs with a draft each, none gets the variables of the other", { tag: "@whole" }, async ({
  page,
  anna,
  context,
}) => {
  const command = await openForm(page, anna);
  await command.fill("make one");
  await unfold(page, "Environment");
  await page.getByLabel("Environment", { exact: true }).fill("ONE=1");
  await waitUntilKept(page, "env");
  const other = await context.newPage();
  await other.goto("/tasks/new");
  await other.getByLabel("Command", { exact: true }).fill("make two");
  await waitUntilKept(other, "make two");
  await page.reload();
  await expect(command).toHaveValue("make two");
  await expect(page.getByLabel("Environment", { exact: true })).toHaveValue("");
});

test("who logs out leaves no draft behind, in no tab", { tag: "@whole" }, async ({ page, anna, context }) => {
  const command = await openForm(page, anna);
  await command.fill("make one");
  await unfold(page, "Environment");
  await page.getByLabel("Environment", { exact: true }).fill("TOKEN=secret");
  await waitUntilKept(page, "env");
  const other = await context.newPage();
  await other.goto("/tasks/new?command=ls");
  await other.getByLabel("Command", { exact: true }).fill("make two");
  await command.fill("make three");
  await page.getByRole("button", { name: "Log out" }).first().click();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await expect(other.getByRole("heading", { name: "Log in" })).toBeVisible();
  for (const tab of [page, other]) {
    const kept = () => JSON.stringify([window.localStorage, window.sessionStorage]);
    await expect.poll(() => tab.evaluate(kept)).not.toMatch(/make|secret/);
  }
});

test("when the session ran out the draft waits for its owner, and nobody else sees it", { tag: "@whole" }, async ({
  page,
  server,
  anna,
}) => {
  const ben = await server.join("ben");
  const command = await openForm(page, anna);
  await command.fill("make all");
  const logins: { id: number; current: boolean }[] = await (await anna.request("/userapi/tokens/")).json();
  for (const { id } of logins.filter(({ current }) => !current)) {
    await anna.request(`/userapi/tokens/${id}/`, { method: "DELETE" });
  }
  await page.reload();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await logIn(page, ben);
  await page.goto("/tasks/new");
  await expect(command).toHaveValue("");
  await page.getByRole("button", { name: "Log out" }).first().click();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await openForm(page, anna);
  await expect(command).toHaveValue("make all");
});

test("each rerun has a draft of its own, and starts again from its task", { tag: "@whole" }, async ({ page, anna }) => {
  const first = await anna.submit({ argv: ["echo", "a b"], tags: ["x, y"] });
  await anna.waitForEnd(first.id);
  await logIn(page, anna);
  await page.goto(`/tasks/new?from=${first.id}`);
  await page.getByLabel("Name", { exact: true }).fill("changed");
  await page.goto("/tasks/new");
  await expect(page.getByLabel("Command", { exact: true })).toHaveValue("");
  await page.goto(`/tasks/new?from=${first.id}`);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("changed");
  await page.getByRole("button", { name: "Start from the task as it was" }).click();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue(first.name);
  await expect(page.getByText(/^Runs as user \S+ in/)).toBeVisible();
  await page.getByRole("button", { name: "Rerun task" }).click();
  await expect(page).toHaveURL(`/tasks/${first.id + 1}`);
  expect(await anna.get(first.id + 1)).toMatchObject({ argv: ["echo", "a b"], tags: ["x, y"] });
});

test("a command from the palette is a form of its own, whatever was typed into another one", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const command = await openForm(page, anna);
  await command.fill("half a plan");
  const fromPalette = async (typed: string) => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Command, page, or task" }).fill(typed);
    await page.getByRole("option", { name: `New task: ${typed}` }).click();
    await expect(command).toHaveValue(typed);
  };
  await fromPalette("true");
  await command.press("End");
  await command.pressSequentially(" x");
  await fromPalette("echo two");
  await expect(page.getByText(/^Your draft/)).toHaveCount(0);
  await page.goBack();
  await expect(command).toHaveValue("true x");
  await expect(page.getByText(/^Your draft/)).toBeVisible();
  await command.press("Control+Enter");
  await expect(page).toHaveURL("/tasks/1");
  await page.goto("/tasks/new");
  await expect(command).toHaveValue("half a plan");
});

test("a rerun's draft that comes back without its tab has the variables and the input of the task", {
  tag: "@whole",
}, async ({ page, anna, context }) => {
  const first = await anna.submit({ command: "cat", env: { TARGET: "prod" }, stdin: "given\n" });
  await anna.waitForEnd(first.id);
  await logIn(page, anna);
  await page.goto(`/tasks/new?from=${first.id}`);
  await page.getByLabel("Name", { exact: true }).fill("changed");
  await waitUntilKept(page, '\\"changed\\"');
  await page.close();

  const second = await context.newPage();
  await second.goto(`/tasks/new?from=${first.id}`);
  await expect(second.getByText(/^Your draft from [^,]+ · Start from the task as it was$/)).toBeVisible();
  await expect(second.getByLabel("Environment", { exact: true })).toHaveValue("TARGET=prod");
  await second.getByLabel("Environment", { exact: true }).fill("TARGET=test");
  await second.getByLabel(/The same standard input again/).uncheck();
  await second.getByLabel("Standard input", { exact: true }).fill("other");
  await waitUntilKept(second, "stdin");
  await second.close();

  const third = await context.newPage();
  await third.goto(`/tasks/new?from=${first.id}`);
  await expect(third.getByText(/, with variables and input as the task had them: /)).toBeVisible();
  await third.getByRole("button", { name: "Rerun task" }).click();
  await expect(third).toHaveURL(`/tasks/${first.id + 1}`);
  expect(await anna.get(first.id + 1)).toMatchObject({ name: "changed", env: { TARGET: "prod" }, stdin_bytes: 6 });
});

test("lines are one task, or a task each with everything else in common", { tag: "@whole" }, async ({ page, anna }) => {
  const command = await openForm(page, anna);
  await command.fill("# both\necho one\n\necho two");
  await expect(page.getByRole("radio", { name: "one task, a shell script of 4 lines" })).toBeChecked();
  await command.press("Control+Enter");
  await expect(page).toHaveURL("/tasks/1");
  await anna.waitForEnd(1);
  expect(await anna.output(1)).toBe("one\ntwo\n");

  await page.goto("/tasks/new");
  await command.fill("# both\necho one\n\necho two");
  await page.getByRole("radio", { name: /^2 tasks, one for each line/ }).check();
  await expect(page.getByText("2 blanks and comments are skipped")).toBeVisible();
  await expect(page.getByText(/^2 tasks, each runs as user /)).toBeVisible();
  await page.getByLabel("Tags").fill("pair");
  await run(page).click();
  await expect(page.getByText("2 tasks submitted:")).toBeVisible();
  await expect(page.getByRole("link", { name: "#3" })).toHaveAttribute("href", "/tasks/3");
  await expect(command).toHaveValue("");
  const named = (await tasksOf(anna)).map(({ id, name, tags, command_line: line }) => [id, name, tags, line]);
  expect(named.filter(([id]) => id !== 1)).toEqual([
    [2, "echo one", ["pair"], "echo one"],
    [3, "echo two", ["pair"], "echo two"],
  ]);
});

test("a line that is refused stays with its reason; an answer that was lost makes no second task", {
  tag: "@whole",
}, async ({ page, anna }) => {
  const command = await openForm(page, anna);
  const tooLong = `: ${"x".repeat(131_000)}`;
  await command.fill(`echo one\n${tooLong}\necho two\necho three`);
  await page.getByRole("radio", { name: /^4 tasks/ }).check();
  let isLost = true;
  await page.route("**/taskapi/tasks/", async (route) => {
    const isThree = route.request().method() === "POST" && route.request().postData()?.includes("echo three") === true;
    if (isThree && isLost) {
      isLost = false;
      // The server gets it, the page never hears so.
      await route.fetch();
      await route.abort();
    } else {
      await route.continue();
    }
  });
  await run(page).click();
  await expect(page.getByText(/^2 of 4 tasks submitted:.*The others are still in the field\.$/)).toBeVisible();
  await expect(page.getByRole("alert")).toContainText("The server cannot be reached");
  await expect(command).toHaveValue(`${tooLong}\necho three`);
  expect(await tasksOf(anna)).toHaveLength(3);

  await page.reload();
  await expect(page.getByRole("radio", { name: /^2 tasks/ })).toBeChecked();
  await run(page).click();
  await expect(command).toHaveValue(tooLong);
  await expect(command).toHaveAccessibleDescription(/^.*: x+… – .*no more than .* bytes/);
  expect((await tasksOf(anna)).map(({ command_line: line }) => line)).toEqual(["echo one", "echo two", "echo three"]);
});

test("more lines than can be taken at once are not begun", { tag: "@whole" }, async ({ page, anna }) => {
  const command = await openForm(page, anna);
  await command.fill(Array.from({ length: 201 }, (_, index) => `echo ${index}`).join("\n"));
  await page.getByRole("radio", { name: /^201 tasks/ }).check();
  await run(page).click();
  await expect(command).toHaveAccessibleDescription(/These are 201 tasks, and at most 200 are submitted at once\./);
  expect(await tasksOf(anna)).toEqual([]);
});

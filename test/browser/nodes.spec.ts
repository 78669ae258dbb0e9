import { contract } from "../../src/contract/index.ts";
import { expect, logIn, test } from "./fixtures.ts";

test("nodes are listed with what runs there; an admin drains one and lets it go on", async ({ page, anna }) => {
  const task = await anna.submit({ name: "busy", command: "sleep 300" });
  await anna.waitForStatus(task.id, "running");
  await logIn(page, anna);
  await page.getByRole("link", { name: "Nodes" }).click();
  await expect(page.getByRole("heading", { name: "Nodes and queues" })).toBeVisible();
  const node = page.getByRole("row").nth(1);
  await expect(node).toContainText("alive");
  await expect(node.getByRole("progressbar")).toHaveAttribute("value", "1");
  await expect(node.getByRole("link", { name: `#${task.id}` })).toHaveAttribute("href", `/tasks/${task.id}`);

  await node.getByRole("button", { name: /^Drain/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("What runs there goes on: 1 task.");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(node).toContainText("alive");
  await node.getByRole("button", { name: /^Drain/ }).press("Enter");
  await dialog.getByRole("button", { name: "Drain" }).press("Enter");
  await expect(node).toContainText("draining");
  await expect(dialog).toHaveCount(0);

  const waiting = await anna.submit({ name: "waiting", command: "true" });
  await page.goto(`/tasks/${waiting.id}?tab=details`);
  await expect(page.getByText("Every node that works for the queue default is draining.").first()).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await node.getByRole("button", { name: /^Resume/ }).click();
  await expect(node).toContainText("alive");
  expect(await anna.waitForEnd(waiting.id)).toMatchObject({ status: "completed" });
});

test("a member sees the nodes and, in place of the actions, why not", { tag: "@whole" }, async ({
  page,
  server,
  anna,
}) => {
  const task = await anna.submit({ name: "busy", command: "sleep 300" });
  await anna.waitForStatus(task.id, "running");
  await logIn(page, await server.join("ben"));
  await page.goto("/nodes");
  const node = page.getByRole("row").nth(1);
  await expect(node).toContainText("1 of others");
  await node.getByRole("button", { name: /^Drain/ }).press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(node.getByRole("tooltip")).toContainText("drain, resume and forget nodes");
});

test("the list says when it cannot be had, and tries again", { tag: "@whole" }, async ({ page, anna }) => {
  await logIn(page, anna);
  await page.route("**/taskapi/nodes/", (route) => route.abort());
  await page.goto("/nodes");
  await expect(page.getByRole("alert")).toContainText("The server cannot be reached.", { timeout: 30_000 });
  await page.unroute("**/taskapi/nodes/");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("row").nth(1)).toContainText("alive");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("a new task can ask for a node and labels, and shows what it asks for", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  await logIn(page, anna);
  await page.goto("/tasks/new");
  await page.getByLabel("Command").first().fill("echo elsewhere");
  await page.locator("summary").getByText("Where", { exact: true }).click();
  const place = page.getByRole("group").filter({ has: page.getByText("Where", { exact: true }) });
  await place.getByLabel("Labels").fill("Not This");
  await page.getByRole("button", { name: /^Run/ }).click();
  await expect(place).toContainText("A label is 1 to 63 small letters");
  await place.getByLabel("Node").fill("build-3");
  await place.getByLabel("Labels").fill("gpu, big");
  await page.getByRole("button", { name: /^Run/ }).click();
  await page.getByRole("tab", { name: "Details" }).click();
  await expect(page.getByText("node build-3, a node with gpu, big")).toBeVisible();
  await expect(page.getByText("Node build-3, which it asks for, does not exist.").first()).toBeVisible();
});

test("an admin makes a queue, bounds it, pauses it, lets it go on and removes it", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  await logIn(page, anna);
  await page.goto("/nodes");
  const queues = page.getByRole("table", { name: "Queues" });
  await expect(queues.getByRole("row").nth(1)).toContainText("no limit");
  await page.getByRole("button", { name: "New queue" }).press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await dialog.getByLabel("Name").fill("at night");
  await dialog.getByLabel("Slots").fill("0");
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("Give a whole number from 1 to 10,000");
  await dialog.getByLabel("Slots").fill("1");
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("A name is 1 to 64 letters");
  await dialog.getByLabel("Name").fill("default");
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("There is a queue named default already.");
  await dialog.getByLabel("Name").fill("night");
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);

  const night = queues.getByRole("row").filter({ hasText: "night" });
  await expect(night).toContainText("open");
  await expect(night).toContainText("0 of 1");
  await night.getByRole("button", { name: /^Pause/ }).press("Enter");
  await expect(night).toContainText("paused");
  const waiting = await anna.submit({ name: "waits", command: "sleep 300", queue: "night" });
  await expect(night).toContainText(/1, oldest (just now|\d+ s ago)/);
  await night.getByRole("link", { name: "night" }).click();
  await expect(page).toHaveURL(/\/tasks\?(?=.*queue=night)(?=.*status=pending(%2C|,)running)/);
  await expect(page.getByRole("link", { name: "waits" })).toBeVisible();
  await page.goto(`/tasks/${waiting.id}?tab=details`);
  await expect(page.getByText("The queue night is paused.").first()).toBeVisible();

  await page.goto("/nodes");
  await night.getByRole("button", { name: /^Resume/ }).click();
  await expect(night.getByRole("progressbar")).toHaveAttribute("value", "1");
  await night.getByRole("button", { name: /^Remove/ }).press("Enter");
  await expect(night.getByRole("tooltip")).toContainText("1 task in it is not over.");
  await night.getByRole("button", { name: /^Set slots/ }).click();
  await expect(dialog.getByLabel("Slots")).toHaveValue("1");
  await expect(dialog).toContainText("1 task runs now, and goes on whatever you set.");
  await dialog.getByLabel("Slots").fill("");
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(night).toContainText("no limit");

  await anna.client.call(contract.killTask, { params: { id: waiting.id }, body: {} });
  await anna.waitForEnd(waiting.id);
  await expect(night.getByRole("button", { name: /^Remove/ })).not.toHaveAttribute("aria-disabled");
  await night.getByRole("button", { name: /^Remove/ }).click();
  await expect(dialog).toContainText("Remove night?");
  await dialog.getByRole("button", { name: "Remove" }).press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(night).toHaveCount(0);
  const remaining = queues.getByRole("row").nth(1);
  await remaining.getByRole("button", { name: /^Remove/ }).press("Enter");
  await expect(remaining.getByRole("tooltip")).toContainText("Tasks that name no queue are put here");
});

test("a member sees the queues and why not to change them; an operator may", { tag: "@whole" }, async ({
  page,
  server,
  anna,
}) => {
  const ben = await server.join("ben");
  await logIn(page, ben);
  await page.goto("/nodes");
  const row = page.getByRole("table", { name: "Queues" }).getByRole("row").nth(1);
  for (const button of [page.getByRole("button", { name: "New queue" }), row.getByRole("button", { name: /^Pause/ })]) {
    await button.press("Enter");
    await expect(button.locator("..").getByRole("tooltip")).toContainText("make, change, pause and remove queues");
  }
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(row).toContainText("open");
  await anna.giveRole(ben, "operator");
  await page.reload();
  await row.getByRole("button", { name: /^Pause/ }).click();
  await expect(row).toContainText("paused");
});

test("the queues say when they cannot be had, and the nodes are there all the same", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  await logIn(page, anna);
  await page.route("**/taskapi/queues/", (route) => route.abort());
  await page.goto("/nodes");
  await expect(page.getByRole("table", { name: "Nodes" }).getByRole("row").nth(1)).toContainText("alive");
  await expect(page.getByRole("alert")).toContainText("The server cannot be reached.", { timeout: 30_000 });
  await page.unroute("**/taskapi/queues/");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("table", { name: "Queues" }).getByRole("row").nth(1)).toContainText("default");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

import { expect, logIn, test } from "./fixtures.ts";

test("nodes are listed with what runs there; an admin drains one and lets it go on", async ({ page, anna }) => {
  const task = await anna.submit({ name: "busy", command: "sleep 300" });
  await anna.waitForStatus(task.id, "running");
  await logIn(page, anna);
  await page.getByRole("link", { name: "Nodes" }).click();
  await expect(page.getByRole("heading", { name: "Nodes" })).toBeVisible();
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

test("a member sees the nodes and, in place of the actions, why not", async ({ page, server, anna }) => {
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

test("the list says when it cannot be had, and tries again", async ({ page, anna }) => {
  await logIn(page, anna);
  await page.route("**/taskapi/nodes/", (route) => route.abort());
  await page.goto("/nodes");
  await expect(page.getByRole("alert")).toContainText("The server cannot be reached.", { timeout: 30_000 });
  await page.unroute("**/taskapi/nodes/");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("row").nth(1)).toContainText("alive");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("a new task can ask for a node and labels, and shows what it asks for", async ({ page, anna }) => {
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

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Locator, Page } from "@playwright/test";
import { contract } from "../../src/contract/index.ts";
import type { Member, TestServer } from "../support/server-process.ts";
import { expect, logIn, test } from "./fixtures.ts";

/** Where it is about noon: no test runs over the end of the reader's day. */
const hoursEast = 12 - new Date().getUTCHours();
test.use({ timezoneId: `Etc/GMT${hoursEast > 0 ? "-" : "+"}${Math.abs(hoursEast)}` });

const figuresOf = (page: Page) => page.getByRole("list", { name: "Now and today" });

/** Follows a link of the dashboard, expects these tasks in the list and no others, and comes back. */
async function expectTasksBehind(page: Page, link: Locator, names: string[]): Promise<void> {
  await link.click();
  await expect(page.getByRole("heading", { name: "Tasks", exact: true })).toBeVisible();
  // The first row has the titles.
  await expect(page.getByRole("row")).toHaveCount(names.length + 1);
  for (const name of names) {
    await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();
  }
  await page.goBack();
  await expect(figuresOf(page)).toBeVisible();
}

async function submitAndWait(who: Member, name: string, command: string): Promise<number> {
  const { id } = await who.submit({ name, command });
  await who.waitForEnd(id);
  return id;
}

test("the figures are those of what ran, and each leads to its tasks", async ({ page, anna }) => {
  await submitAndWait(anna, "fine one", "true");
  await submitAndWait(anna, "fine two", "true");
  await submitAndWait(anna, "broken", "exit 3");
  const sleeper = await anna.submit({ name: "sleeper", command: "sleep 300" });
  const victim = await anna.submit({ name: "victim", command: "sleep 300" });
  await anna.waitForStatus(sleeper.id, "running");
  await anna.waitForStatus(victim.id, "running");
  const [node] = await anna.client.call(contract.listNodes, {});
  await anna.client.call(contract.drainNode, { params: { id: node?.id ?? 0 } });
  const stuck = await anna.submit({ name: "stuck", command: "true" });
  await anna.submit({ name: "later", command: "true", run_at: "2099-01-01T00:00:00Z" });
  await logIn(page, anna);
  await page.keyboard.press("g");
  await page.keyboard.press("d");

  const figures = figuresOf(page);
  const figure = (words: string) => figures.getByRole("link", { name: words, exact: true });
  await expect(figure(`2 of ${node?.slots} slots in use`)).toHaveAttribute("href", "/nodes");
  // The page hears of the kill by itself.
  await expect(figure("2 running now")).toBeVisible();
  await anna.client.call(contract.killTask, { params: { id: victim.id }, body: {} });
  await expect(figure("1 running now")).toBeVisible();
  await expectTasksBehind(page, figure("1 running now"), ["sleeper"]);
  await expectTasksBehind(page, figure("2 waiting"), ["stuck", "later"]);
  await expectTasksBehind(page, figure("2 completed today"), ["fine one", "fine two"]);
  await expectTasksBehind(page, figure("1 failed today"), ["broken"]);
  await expectTasksBehind(page, figure("1 killed today"), ["victim"]);

  const waiting = page.getByRole("table", { name: "Waiting" });
  const queue = waiting.getByRole("row", { name: /default/ });
  await expect(queue).toContainText(/2 \(1 delayed\)#\d+ for \d+ s/);
  await expectTasksBehind(page, queue.getByRole("link", { name: "2", exact: true }), ["stuck", "later"]);
  await expect(queue.getByRole("link", { name: `#${stuck.id}` })).toHaveAttribute("href", `/tasks/${stuck.id}`);
  const load = page.getByRole("table", { name: "Nodes" }).getByRole("row").nth(1);
  await expect(load).toContainText("draining");
  await expect(load.getByRole("progressbar")).toHaveAttribute("value", "1");
  await expectTasksBehind(page, load.getByRole("link", { name: "1", exact: true }), ["sleeper"]);
  const ended = page.getByRole("region", { name: "What ended" });
  await expectTasksBehind(page, ended.getByRole("link", { name: "1 failed", exact: true }), ["broken"]);

  await page.goto("/tasks");
  await page.getByRole("link", { name: "1 failed today" }).click();
  await expect(page).toHaveURL("/tasks?status=failed&ended_since=today");
  await expect(page.getByRole("button", { name: "Remove the filter ended_since:today" })).toBeVisible();
  await expect(page.getByRole("row")).toHaveCount(2);
});

/** Has tasks have ended this long before. */
function backdate(server: TestServer, ids: readonly number[], byMs: number): void {
  const record = new DatabaseSync(join(server.directory, "utm.sqlite"));
  const move = record.prepare(
    "update tasks set created_at = created_at - $by, started_at = started_at - $by, completed_at = completed_at - $by where id = $id",
  );
  for (const id of ids) {
    move.run({ $by: byMs, $id: id });
  }
  record.close();
}

test("the chart is one stop of Tab, and its parts lead to what ended in them", { tag: "@whole" }, async ({
  page,
  server,
  anna,
}) => {
  const hourMs = 3_600_000;
  const broken = [await submitAndWait(anna, "broken", "exit 3"), await submitAndWait(anna, "too long", "exit 4")];
  const fine = await submitAndWait(anna, "fine", "true");
  const old = await submitAndWait(anna, "old", "true");
  // Three days ago, in one of the parts a week has; and twice today.
  backdate(server, [old], 72 * hourMs);
  backdate(server, broken, 6 * hourMs);
  backdate(server, [fine], 2 * hourMs);
  await logIn(page, anna);
  await page.goto("/dashboard");
  const parts = page.getByRole("list", { name: /^What ended, and how long it ran/ }).getByRole("link");
  await expect(parts).toHaveCount(2);
  await expect(parts.last()).toHaveAccessibleName(
    /^\d\d:\d\d – \d\d:\d\d · 1 completed · half ran .* at most, 95 of 100/,
  );
  await page.getByRole("button", { name: "1 week" }).focus();
  await page.keyboard.press("Tab");
  await expect(parts.last()).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(parts.first()).toBeFocused();
  await expect(page.getByText(/· 2 failed \(2 exit code\) · half ran/)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/ended_since=.*&ended_before=/);
  await expect(page.getByRole("row", { name: /broken/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /too long/ })).toBeVisible();
  await expect(page.getByRole("row")).toHaveCount(3);
  await page.goBack();
  await page.getByRole("button", { name: "1 week" }).click();
  await expect(page).toHaveURL("/dashboard?span=week");
  // Until the week is there, the parts of the day are.
  await expect(parts).toHaveCount(3);
  await expectTasksBehind(page, parts.first(), ["old"]);
  // With the pointer, too, which is there already.
  await page.mouse.move(0, 0);
  await parts.first().hover();
  await expect(page.getByText(/, \d\d:00 – \d\d:00 · 1 completed · half ran/)).toBeVisible();
  await page.getByRole("button", { name: "1 hour" }).click();
  await expect(page.getByText("Nothing ended in this time.")).toBeVisible();
  await page.getByRole("button", { name: "1 day" }).click();
  await expect(page).toHaveURL("/dashboard");
});

test("two people see their own figures, and an admin everybody's", { tag: "@whole" }, async ({
  page,
  server,
  anna,
}) => {
  const ben = await server.join("ben");
  await submitAndWait(anna, "of anna", "exit 3");
  const nap = await ben.submit({ name: "nap of ben" });
  await ben.waitForEnd(nap.id);
  await logIn(page, anna);
  await page.goto("/dashboard");
  const figures = figuresOf(page);
  await expect(figures).toContainText("1 failed today");
  await expect(figures).toContainText("0 completed today");
  await page.getByRole("button", { name: "Everybody's" }).click();
  await expect(page).toHaveURL("/dashboard?owner=all");
  await expect(figures).toContainText("1 completed today");
  await figures.getByRole("link", { name: "1 completed today" }).click();
  await expect(page).toHaveURL(/owner=all/);
  await expect(page.getByRole("row", { name: /nap of ben/ })).toBeVisible();
  await page.getByRole("button", { name: "Log out" }).click();
  await logIn(page, ben);
  await page.goto("/dashboard?owner=all");
  await expect(figures).toContainText("0 failed today");
  await expect(figures).toContainText("1 completed today");
  await expect(page.getByRole("button", { name: "Everybody's" })).toHaveCount(0);
});

test("without tasks, it begins with the first one", { tag: "@whole" }, async ({ page, anna }) => {
  await logIn(page, anna);
  await page.goto("/");
  await expect(page).toHaveURL("/dashboard");
  await expect(page.getByRole("heading", { name: "No tasks yet" })).toBeVisible();
  await page.getByRole("button", { name: "Run fail on purpose" }).click();
  await expect(page.getByRole("heading", { name: /fail on purpose/ })).toBeVisible();
  await anna.waitForEnd(1);
  await page.getByRole("link", { name: "Dashboard" }).click();
  await expect(figuresOf(page)).toContainText("1 failed today");
});

test("figures that cannot be had anew stay, with their time", { tag: "@whole" }, async ({ page, anna }) => {
  await submitAndWait(anna, "fine", "true");
  await logIn(page, anna);
  await page.route("**/taskapi/stats/**", (route) => route.abort());
  await page.goto("/dashboard");
  await expect(page.getByRole("alert")).toContainText("The server cannot be reached.");
  await page.unroute("**/taskapi/stats/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(figuresOf(page)).toContainText("1 completed today");
  await page.route("**/taskapi/stats/**", (route) => route.abort());
  await submitAndWait(anna, "another", "true");
  await expect(page.getByText(/these figures are of \d\d:\d\d:\d\d/)).toBeVisible();
  await expect(figuresOf(page)).toContainText("1 completed today");
  await page.unroute("**/taskapi/stats/**");
  await expect(figuresOf(page)).toContainText("2 completed today");
  await expect(page.getByText("these figures are of")).toHaveCount(0);
});

test("a phone's bar has five places, and the last one all others", { tag: "@whole" }, async ({ page, anna }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await logIn(page, anna);
  const bar = page.getByRole("navigation", { name: "Main" });
  await expect(bar.getByRole("link").or(bar.getByRole("button"))).toHaveText([
    ...["Dashboard", "Tasks", "New task", "Nodes", "Menu"],
  ]);
  const more = page.getByRole("dialog", { name: "Menu" });
  for (const [name, heading] of [
    ["Users", "Users"],
    ["Settings", "Settings in force"],
    ["anna", "Account"],
  ] as const) {
    await bar.getByRole("button", { name: "Menu" }).click();
    await more.getByRole("link", { name }).click();
    await expect(more).toHaveCount(0);
    await expect(page.getByRole("heading", { name: heading, exact: true })).toBeVisible();
  }
  await bar.getByRole("button", { name: "Menu" }).click();
  await more.getByRole("button", { name: "Commands" }).click();
  await expect(page.getByRole("combobox", { name: "Command, page, or task" })).toBeVisible();
});

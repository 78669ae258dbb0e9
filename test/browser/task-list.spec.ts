import { contract } from "../../src/contract/index.ts";
import { expect, logIn, test } from "./fixtures.ts";

test("tasks are filtered by typed words and from the menu, all of it in the address", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const failing = await anna.submit({ name: "nightly dump", command: "exit 3", tags: ["nightly"] });
  const other = await anna.submit({ name: "other failure", command: "exit 4" });
  const fine = await anna.submit({ name: "all fine", command: "true", tags: ["nightly"] });
  for (const { id } of [failing, other, fine]) {
    await anna.waitForEnd(id);
  }
  await logIn(page, anna);
  const row = (name: string) => page.getByRole("row", { name: new RegExp(name) });
  await expect(row("all fine")).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("status:failed tag:nightly dump");
  await expect(row("other failure")).toHaveCount(0);
  await expect(row("all fine")).toHaveCount(0);
  await expect(row("nightly dump")).toBeVisible();
  await expect(page).toHaveURL(/status=failed&tag=nightly&q=dump/);
  await page.reload();
  await expect(row("nightly dump")).toBeVisible();
  await expect(page.getByLabel("Filter tasks")).toHaveValue("dump");
  await page.getByRole("button", { name: "Remove the filter tag:nightly" }).click();
  await page.getByLabel("Filter tasks").fill("status:faild");
  await page.getByLabel("Filter tasks").press("Enter");
  await expect(page.getByRole("alert")).toContainText('"faild" is no status. There are pending');
  await page.getByRole("button", { name: "Clear all" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Tasks", exact: true }).click();
  await page.keyboard.press("f");
  const menu = page.getByRole("dialog", { name: "Filters" });
  await menu.getByLabel("failed", { exact: true }).check();
  await menu.getByLabel("last hour").check();
  await page.keyboard.press("Escape");
  await expect(menu).toHaveCount(0);
  await expect(page).toHaveURL(/status=failed&since=1h/);
  await expect(row("other failure")).toBeVisible();
  await expect(row("all fine")).toHaveCount(0);
  await page.goto("/tasks?outcome=odd");
  await expect(page.getByRole("alert")).toContainText("outcome:odd");
});

test("several tasks are selected by keyboard and killed, and each that refuses says why", async ({ page, anna }) => {
  const ids = [];
  for (const name of ["first", "second", "third"]) {
    ids.push((await anna.submit({ name, command: `echo '${name} is up'; sleep 300` })).id);
  }
  await logIn(page, anna);
  const row = (name: string) => page.getByRole("row", { name: new RegExp(name) });
  // What a running task wrote last stands in its row.
  await expect(row("third")).toContainText("third is up");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("J");
  const bar = page.getByRole("region", { name: "What to do with the selected tasks" });
  await expect(bar).toContainText("2 selected");
  await page.keyboard.press(".");
  const dialog = page.getByRole("dialog", { name: "Kill 2 tasks?" });
  await expect(dialog).toContainText("second");
  // One ends meanwhile.
  await anna.request(`/taskapi/tasks/${ids[1]}/`, { method: "DELETE" });
  await dialog.getByRole("button", { name: "Kill 2 tasks" }).click();
  const told = page.getByRole("dialog", { name: "1 of 2 tasks refused" });
  await expect(told).toContainText(`Task ${ids[1]} is already over: it is killed.`);
  await told.getByRole("button", { name: "Close" }).last().click();
  await expect(row("third")).toContainText("killed");
  // While tasks are selected, new ones wait.
  await anna.submit({ name: "newcomer", command: "true" });
  const pill = page.getByRole("button", { name: "1 new" });
  await expect(pill).toBeVisible();
  await expect(row("newcomer")).toHaveCount(0);
  await pill.click();
  await expect(row("newcomer")).toBeVisible();
  await expect(bar).toContainText("2 selected");
  await page.keyboard.press("Escape");
  await expect(bar).toHaveCount(0);
  await page.keyboard.press("a");
  await expect(bar).toContainText("4 selected");
  await bar.getByRole("button", { name: "Suspend 1" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Suspend 1 task" }).click();
  await expect(row("first")).toContainText("suspended");
  await expect(bar).toHaveCount(0);
  await page.getByRole("checkbox", { name: /Select second/ }).check();
  await page.keyboard.press("r");
  await page.getByRole("dialog", { name: "Rerun 1 task?" }).getByRole("button", { name: "Rerun 1 task" }).click();
  await expect(row("second")).toHaveCount(2);
});

test("the chart leads to tasks and narrows the time, by keyboard and by mouse", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  for (const command of ["true", "sleep 0.2; exit 1", "sleep 0.4"]) {
    await anna.waitForEnd((await anna.submit({ name: command, command })).id);
  }
  await logIn(page, anna);
  const chart = page.getByRole("group", { name: /Durations over time: 3 tasks.*1 failed/ });
  await chart.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await expect(chart.getByRole("status")).toContainText("#2 sleep 0.2; exit 1 · failed");
  await page.keyboard.press("[");
  await expect(page).toHaveURL(/since=/);
  await expect(page.getByRole("row", { name: /true/ })).toHaveCount(0);
  await page.goBack();
  await page.goto("/tasks");
  await expect(chart).toBeVisible();
  const box = (await chart.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(box.x + box.width * 0.6, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 4, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/since=.*until=/);
  await expect(page.getByRole("row", { name: /sleep 0.4/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /true/ })).toHaveCount(0);
  await page
    .getByRole("list", { name: /last outcomes/ })
    .getByRole("link")
    .last()
    .click();
  await expect(page).toHaveURL(/\/tasks\/3$/);
  expect((await anna.client.call(contract.listDurations, { query: {} })).length).toBe(3);
});

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { contract } from "../../src/contract/index.ts";
import type { Member } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { expect, logIn, test } from "./fixtures.ts";

/** Task 1 was tried twice and is over, task 2 runs and takes input, task 3 is suspended, task 4 has its stderr marked. */
const pages = [
  "/dashboard",
  "/dashboard?owner=all&span=hour",
  "/tasks",
  "/tasks?status=failed,killed&since=7d&owner=all",
  "/tasks?status=faild&tag=nothing",
  "/tasks/new",
  "/tasks/new?from=1",
  "/tasks/1",
  "/tasks/1?tab=details",
  "/tasks/1?tab=events",
  "/tasks/1?tab=usage",
  "/tasks/2",
  "/tasks/2?tab=usage",
  "/tasks/3",
  "/tasks/4",
  "/tasks/4?tab=details",
  "/nodes",
  "/account",
  "/users",
  "/settings",
  "/settings?q=no+such+setting",
];

async function fillServer(anna: Member): Promise<void> {
  const failing = await anna.submit({
    ...{ name: "a rather long name of a task that has to fit", command: `echo ${"wide".repeat(100)}; exit 2` },
    ...{ retry: { attempts: 2, delay_seconds: 0 }, limits: { memory_bytes: 2 ** 29, nice: 5 } },
  });
  await anna.waitForEnd(failing.id);
  const cat = await anna.submit({ name: "cat", command: "echo ready; cat", input: true });
  await anna.waitForStatus(cat.id, "running");
  const sleeper = await anna.submit({ name: "sleeper", command: "echo asleep; sleep 300" });
  await waitFor("the sleeper's first word", async () => (await anna.output(sleeper.id)) !== "");
  await anna.client.call(contract.suspendTask, { params: { id: sleeper.id } });
  const marked = await anna.submit({ name: "marked", command: "echo out; echo err >&2", mark_stderr: true });
  await anna.waitForEnd(marked.id);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page is accessible in the ${colorScheme} theme`, { tag: "@whole" }, async ({ browser, server, anna }) => {
    const context = await browser.newContext({
      colorScheme,
      baseURL: server.url,
      viewport: { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    // Many views, each walked through by axe.
    test.setTimeout(300_000);
    await fillServer(anna);
    for (const path of ["/login", "/register"]) {
      await page.goto(path);
      await page.getByRole("heading").first().waitFor();
      await expectNoFindings(page, path, colorScheme);
    }
    await logIn(page, anna);
    for (const path of pages) {
      await show(page, path);
      await expectNoFindings(page, path, colorScheme);
    }
    await page.goto("/account");
    await page.getByRole("button", { name: "New token" }).click();
    await expectNoFindings(page, "new token dialog", colorScheme);
    await page.getByRole("dialog").getByLabel("Name").fill("deploy");
    await page.getByRole("button", { name: "Make token" }).click();
    await page.getByRole("button", { name: "Done" }).waitFor();
    await expectNoFindings(page, "new token", colorScheme);
    await page.goto("/tasks");
    await page.getByRole("button", { name: "Filters" }).waitFor();
    await page.keyboard.press("f");
    await page.getByRole("dialog", { name: "Filters" }).waitFor();
    await expectNoFindings(page, "filter menu", colorScheme);
    await page.keyboard.press("Escape");
    await page.getByRole("checkbox", { name: /Select sleeper/ }).check();
    await page.getByRole("button", { name: "Kill", exact: true }).waitFor();
    await expectNoFindings(page, "selection", colorScheme);
    await page.goto("/tasks/4");
    await page.getByRole("img", { name: "Written to standard error" }).waitFor();
    await expectNoFindings(page, "signs of standard error", colorScheme);
    await page.getByRole("combobox", { name: "Streams" }).selectOption("stderr only");
    await page.getByRole("img", { name: "Written to standard error" }).waitFor();
    await expectNoFindings(page, "standard error alone", colorScheme);
    await page.goto("/tasks/2");
    for (const [key, what] of [
      ["S", "signal dialog"],
      ["/", "find bar"],
      ["?", "keys"],
    ] as const) {
      await expect(page.getByRole("button", { name: "Signal…" })).toBeEnabled();
      await page.keyboard.press(key);
      await page.getByRole(key === "/" ? "search" : "dialog").waitFor();
      await expectNoFindings(page, what, colorScheme);
      await page.keyboard.press("Escape");
    }
    await context.close();
  });
}

test("the pages of every day are accessible", async ({ page, anna }) => {
  const task = await anna.submit({ name: "greeting", command: "echo hello; exit 2" });
  await anna.waitForEnd(task.id);
  await logIn(page, anna);
  for (const path of ["/dashboard", "/tasks", "/tasks/new", "/tasks/1"]) {
    await show(page, path);
    await expectNoFindings(page, path, "light");
  }
});

/** Opens a page of the frame, and waits until it has what it shows. */
async function show(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole("heading").first().waitFor();
  await expect(page.getByText("Loading…")).toHaveCount(0);
}

/** All rules in the light theme; in the dark one, where only colours differ, that of contrast. */
async function expectNoFindings(page: Page, path: string, colorScheme: "light" | "dark"): Promise<void> {
  // The other mode opens a page for each look, for frames of other origins, of which there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const { violations } = await (colorScheme === "dark" ? axe.withRules(["color-contrast"]) : axe).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const findings = grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  expect(findings, path).toEqual([]);
}

test("nothing sticks out on a phone of 320 pixels", { tag: "@whole" }, async ({ browser, server, anna }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  await fillServer(anna);
  await logIn(page, anna);
  for (const path of pages) {
    await show(page, path);
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(excess, path).toBeLessThanOrEqual(0);
  }
  await context.close();
});

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, logIn, test } from "./fixtures.ts";

const pages = ["/tasks", "/tasks/new", "/tasks/1", "/account", "/users"];

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page is accessible in the ${colorScheme} theme`, async ({ browser, server, anna }) => {
    const context = await browser.newContext({
      colorScheme,
      baseURL: server.url,
      viewport: { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    const { id } = await anna.submit({ name: "seen", command: "echo hello; exit 2" });
    await anna.waitForEnd(id);
    for (const path of ["/login", "/register"]) {
      await page.goto(path);
      await page.getByRole("heading").first().waitFor();
      await expectNoFindings(page, path);
    }
    await logIn(page, anna);
    for (const path of pages) {
      await page.goto(path);
      await page.getByRole("heading").first().waitFor();
      await expectNoFindings(page, path);
    }
    await context.close();
  });
}

async function expectNoFindings(page: Page, path: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const findings = grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  expect(findings, path).toEqual([]);
}

test("nothing sticks out on a phone of 320 pixels", async ({ browser, server, anna }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  await anna.submit({ name: "a rather long name of a task that has to fit", command: `echo ${"wide".repeat(100)}` });
  await logIn(page, anna);
  for (const path of pages) {
    await page.goto(path);
    await page.getByRole("heading").first().waitFor();
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(excess, path).toBeLessThanOrEqual(0);
  }
  await context.close();
});

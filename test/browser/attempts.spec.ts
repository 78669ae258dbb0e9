import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../support/wait-for.ts";
import { expect, logIn, test } from "./fixtures.ts";

test("a task that fails is tried again, and the page goes on with the next attempt", async ({ page, server, anna }) => {
  const command = `
    echo "this is attempt $UTM_ATTEMPT"; touch began-$UTM_ATTEMPT
    while [ ! -e go-$UTM_ATTEMPT ]; do sleep 0.05; done
    [ $UTM_ATTEMPT = 2 ] || exit 7`;
  const task = await anna.submit({
    ...{ name: "flaky", command, cwd: server.directory },
    retry: { attempts: 3, delay_seconds: 0.2 },
  });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("this is attempt 1");
  await expect(page.getByText("attempt 1 of 3", { exact: true })).toBeVisible();
  writeFileSync(join(server.directory, "go-1"), "");
  await waitFor("the second attempt", () => existsSync(join(server.directory, "began-2")));
  await expect(output).toContainText("this is attempt 2");
  await expect(output).not.toContainText("this is attempt 1");
  await expect(page.getByText("attempt 2 of 3", { exact: true })).toBeVisible();
  writeFileSync(join(server.directory, "go-2"), "");
  await expect(page.getByText("completed").first()).toBeVisible();
  await page.getByLabel("Attempt", { exact: true }).selectOption("1");
  await expect(output).toContainText("this is attempt 1");
  await page.getByRole("tab", { name: "Details" }).click();
  const rows = page.getByRole("row");
  await expect(rows.filter({ hasText: "exit 7" })).toHaveCount(1);
  await expect(page.getByText("up to 3 attempts, after a failure or a time-out, 200 ms between")).toBeVisible();
  await page.getByRole("tab", { name: "Events" }).click();
  await expect(page.getByRole("row", { name: /retry/ })).toHaveCount(1);
});

test("between two attempts the page says how the last one ended and when the next starts", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const retry = { attempts: 2, delay_seconds: 3600 };
  const task = await anna.submit({ name: "patient", command: "echo tried; exit 5", retry });
  await logIn(page, anna);
  await page.goto(`/tasks/${task.id}`);
  await expect(
    page.getByText(/Attempt 1 of 2: Exit 5\. The next starts at (\w+ \d+, )?\d\d:\d\d:\d\d\./),
  ).toBeVisible();
  await expect(page.getByRole("log", { name: "Output" })).toContainText("tried");
});

import { expect, logIn, test } from "./fixtures.ts";

test("a person registers, logs out and logs in again", async ({ page, server }) => {
  await page.goto("/");
  await page
    .getByRole("link", { name: /register|create an account/i })
    .first()
    .click();
  await expect(page.getByRole("heading", { name: "Register" })).toBeVisible();
  await page.getByLabel("Username").fill("anna");
  await page.getByLabel("Email").fill("anna@example.com");
  await page.getByLabel("Password").fill("a good password");
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByRole("heading", { name: "Dashboard" })).toBeVisible();
  await page.getByRole("button", { name: "Log out" }).first().click();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await page.goto(`${server.url}/tasks`);
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await page.getByLabel("Username").fill("anna");
  await page.getByLabel("Password").fill("a good password");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("heading", { name: "Tasks", exact: true })).toBeVisible();
});

test("what is wrong is said beside its field", { tag: "@whole" }, async ({ page, anna }) => {
  await page.goto("/register");
  await page.getByLabel("Username").fill(anna.username);
  await page.getByLabel("Email").fill("new@example.com");
  await page.getByLabel("Password").fill("x");
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByText("A user with that username already exists.")).toBeVisible();
  await page.goto("/login");
  await page.getByLabel("Username").fill(anna.username);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByText("Unable to log in with provided credentials.")).toBeVisible();
});

test("a deep link asks to log in and then leads to its page", { tag: "@whole" }, async ({ page, anna }) => {
  const task = await anna.submit({ name: "deep", command: "echo found it" });
  await anna.waitForEnd(task.id);
  await page.goto(`/tasks/${task.id}`);
  await page.getByLabel("Username").fill(anna.username);
  await page.getByLabel("Password").fill(anna.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("log", { name: "Output" })).toContainText("found it");
  expect(new URL(page.url()).pathname).toBe(`/tasks/${task.id}`);
});

test("two people do not see each other's tasks", async ({ page, server, anna }) => {
  const ben = await server.join("ben");
  await anna.submit({ name: "secret of anna", command: "true" });
  await ben.submit({ name: "nap of ben" });
  await logIn(page, ben);
  await expect(page.getByText("nap of ben")).toBeVisible();
  await expect(page.getByText("secret of anna")).toHaveCount(0);
  await page.goto("/tasks/1");
  await expect(page.getByText(/not found|no such task/i).first()).toBeVisible();
});

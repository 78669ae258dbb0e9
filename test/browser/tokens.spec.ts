import { contract } from "../../src/contract/index.ts";
import { expect, logIn, test } from "./fixtures.ts";

test("a token is made, shown once with how to use it, works, and is revoked", async ({ page, server, anna }) => {
  await logIn(page, anna);
  await page.goto("/account");
  const section = page.getByRole("region", { name: "Tokens and logins" });
  await expect(section).toContainText("You have no tokens yet.");
  await section.getByRole("button", { name: "New token" }).click();
  const dialog = page.getByRole("dialog", { name: "New token" });
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(dialog.getByText("This field may not be blank.")).toBeVisible();
  await dialog.getByLabel("Name").fill("deploy");
  await dialog.getByLabel("Expires").selectOption("In 30 days");
  await dialog.getByLabel("Name").press("Enter");
  await expect(dialog).toHaveCount(0);

  const field = section.getByLabel("Token", { exact: true });
  await expect(field).toBeFocused();
  const token = await field.inputValue();
  expect(await server.client(token).call(contract.me, {})).toMatchObject({ username: "anna" });
  await expect(section).toContainText(`export UTM_SERVER=${server.url} UTM_TOKEN=${token}`);
  const row = section.getByRole("row", { name: /^deploy/ });
  await expect(row).toContainText(/in (29 d 23 h|30 d)/);
  await expect(row.locator("time").last()).toHaveAttribute("title", /\d{4}/);
  await section.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(token)).toHaveCount(0);
  await page.reload();
  await expect(row).toBeVisible();
  await expect(field).toHaveCount(0);

  await row.getByRole("button", { name: "Revoke deploy" }).click();
  const question = page.getByRole("dialog", { name: 'Revoke the token "deploy"?' });
  await page.keyboard.press("Escape");
  await expect(question).toHaveCount(0);
  await expect(row).toBeVisible();
  await row.getByRole("button", { name: "Revoke deploy" }).press("Enter");
  await question.getByRole("button", { name: "Revoke" }).press("Enter");
  await expect(row).toHaveCount(0);
  await expect(server.client(token).call(contract.me, {})).rejects.toThrow("Invalid token.");
});

test("a name that is taken is told beside its field", { tag: "@whole" }, async ({ page, anna }) => {
  await anna.client.call(contract.createToken, { body: { name: "deploy" } });
  await logIn(page, anna);
  await page.goto("/account");
  await page.getByRole("button", { name: "New token" }).click();
  const dialog = page.getByRole("dialog", { name: "New token" });
  await dialog.getByLabel("Name").fill("deploy");
  await dialog.getByLabel("Expires").selectOption("Never");
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(dialog.getByText("You have a token with that name already.")).toBeVisible();
  await expect(dialog.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("Name").fill("backup");
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(page.getByRole("row", { name: /^backup/ })).toContainText("never");
});

test("logins are told apart: another one is ended, and this browser's logs out", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  for (let count = 0; count < 9; count += 1) {
    const body = { username: anna.username, password: anna.password };
    await anna.client.call(contract.login, { body });
  }
  await logIn(page, anna);
  await page.goto("/account");
  const logins = page.getByRole("row", { name: /^Login #/ });
  await expect(logins).toHaveCount(8);
  await page.getByRole("button", { name: "Show all 11 logins" }).click();
  await expect(logins).toHaveCount(11);
  const own = logins.first();
  await expect(own).toContainText("this browser");
  await page
    .getByRole("row", { name: /^Login #1 / })
    .getByRole("button", { name: "Log out Login #1" })
    .click();
  await page.getByRole("dialog", { name: "End login #1?" }).getByRole("button", { name: "Log out" }).click();
  await expect(logins).toHaveCount(10);
  await expect(anna.client.call(contract.me, {})).rejects.toThrow("Invalid token.");
  await own.getByRole("button", { name: /^Log out/ }).click();
  const question = page.getByRole("dialog", { name: "Log out of this browser?" });
  await question.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
});

test("the list says when it cannot be had, and tries again", { tag: "@whole" }, async ({ page, anna }) => {
  await logIn(page, anna);
  await page.route("**/userapi/tokens/", (route) => route.abort());
  await page.goto("/account");
  await expect(page.getByRole("alert")).toContainText("The server cannot be reached.", { timeout: 30_000 });
  await page.unroute("**/userapi/tokens/");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("row", { name: /^Login #/ }).first()).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

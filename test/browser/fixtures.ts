import { test as base, type Page } from "@playwright/test";
import { endProcessesOf } from "../support/processes.ts";
import { type Member, TestServer } from "../support/server-process.ts";
import { makeDirectory, removeDirectory } from "../support/temporary-directory.ts";

/** A real server of each test's own, and people on it. */
type Fixtures = {
  server: TestServer;
  /** The first user, an admin, known to the API; not logged in to the page. */
  anna: Member;
};

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it needs from the pattern.
  server: async ({}, use) => {
    const directory = makeDirectory();
    const server = new TestServer(directory, { UTM_DEFAULT_SLEEP_SECONDS: "2" });
    await server.start();
    await use(server);
    await server.stop("SIGKILL");
    await endProcessesOf(directory);
    removeDirectory(directory);
  },
  baseURL: async ({ server }, use) => {
    await use(server.url);
  },
  anna: async ({ server }, use) => {
    await use(await server.join("anna"));
  },
});

export { expect } from "@playwright/test";

/** Logs somebody in through the page, and goes to the list of tasks. */
export async function logIn(page: Page, member: Member): Promise<void> {
  await page.goto("/login?to=/tasks");
  await page.getByLabel("Username").fill(member.username);
  await page.getByLabel("Password").fill(member.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Tasks", exact: true }).waitFor();
}

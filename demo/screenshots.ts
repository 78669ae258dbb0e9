import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "@playwright/test";
import { createClient } from "../src/client/client.ts";
import { contract, type TaskStatus } from "../src/contract/index.ts";
import { chromiumPath } from "../test/support/chromium-path.ts";
import { passwordOf } from "./people.ts";

/**
 * `npm run demo:screenshots`: every page of the demonstration that runs at UTM_SERVER (http://localhost:8000), light and
 * dark, wide and on a phone, into docs/screenshots. Words after `--` name the only ones to take. UTM_TEST_CHROMIUM names
 * the browser.
 */
const server = process.env.UTM_SERVER ?? "http://localhost:8000";
const executablePath = chromiumPath();
const directory = fileURLToPath(new URL("../docs/screenshots/", import.meta.url));
const person = "anna";
const sizes = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

type Shot = { name: string; path: string; prepare?: (page: Page) => Promise<void> };

mkdirSync(directory, { recursive: true });
const wanted = process.argv.slice(2);
const shots = (await shotsOf()).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
try {
  for (const scheme of ["light", "dark"] as const) {
    for (const size of ["wide", "phone"] as const) {
      await takeAll(browser, scheme, size);
    }
  }
} finally {
  await browser.close();
}

/** The pages, with tasks of the demonstration that show what they are for. */
async function shotsOf(): Promise<Shot[]> {
  const anonymous = createClient({ server, token: () => null });
  const body = { username: person, password: passwordOf(person) };
  const { token } = await anonymous.call(contract.login, { body });
  const client = createClient({ server, token: () => token });
  const idOf = async (q: string, status?: TaskStatus) => {
    const query = { q, status, owner: "*", ordering: "-id", limit: 1 } as const;
    const [task] = await client.call(contract.listTasks, { query });
    if (task === undefined) {
      throw new Error(`The demonstration has no task like "${q}". Is ${server} a server of npm run demo?`);
    }
    return task.id;
  };
  const running = await idOf("watch the queue");
  const failed = await idOf("make check", "failed");
  return [
    { name: "dashboard", path: "/dashboard?owner=all&span=hour" },
    { name: "tasks", path: "/tasks?owner=all" },
    { name: "tasks-filtered", path: "/tasks?owner=all&status=failed,killed", prepare: selectTwo },
    { name: "task", path: `/tasks/${failed}` },
    { name: "task-marked", path: `/tasks/${await idOf("build with warnings")}` },
    { name: "task-running", path: `/tasks/${running}`, prepare: (page) => page.keyboard.press("t") },
    { name: "task-details", path: `/tasks/${failed}?tab=details` },
    { name: "task-events", path: `/tasks/${await idOf("stubborn")}?tab=events` },
    { name: "task-usage", path: `/tasks/${running}?tab=usage` },
    { name: "new-task", path: "/tasks/new?command=make+-j8+test" },
    { name: "nodes", path: "/nodes" },
    { name: "users", path: "/users" },
    { name: "settings", path: "/settings" },
    { name: "account", path: "/account" },
  ];
}

async function selectTwo(page: Page): Promise<void> {
  for (const key of ["j", "x", "j", "x"]) {
    await page.keyboard.press(key);
  }
}

async function takeAll(from: Browser, colorScheme: "light" | "dark", size: keyof typeof sizes): Promise<void> {
  const context = await from.newContext({ colorScheme, viewport: sizes[size], reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(`${server}/login?to=/tasks`);
  await page.getByLabel("Username").fill(person);
  await page.getByLabel("Password").fill(passwordOf(person));
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Tasks", exact: true }).waitFor();
  for (const { name, path, prepare } of shots) {
    await page.goto(server + path, { waitUntil: "load" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByText("Loading…").first().waitFor({ state: "hidden" });
    await prepare?.(page);
    // Charts and output are drawn a moment after what they are made of has come.
    await page.waitForTimeout(1500);
    await page.screenshot({ path: `${directory}${name}-${colorScheme}${size === "phone" ? "-phone" : ""}.png` });
  }
  await context.close();
}

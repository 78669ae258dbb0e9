import type { Locator, Page } from "@playwright/test";
import { contract } from "../../src/contract/index.ts";
import type { Member } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { expect, logIn, test } from "./fixtures.ts";

/** Each step waits for a line of input, so that what is written to two streams cannot change places. */
const build = [
  "echo compiling",
  "echo 'warning: unused' >&2",
  "printf 'linking '",
  "printf '(a warning) ' >&2",
  "echo done",
].join("; read go; ");

async function takeStep(anna: Member, id: number, written: string): Promise<void> {
  await waitFor(written, async () => (await anna.output(id)).endsWith(written));
  await anna.client.call(contract.sendInput, { params: { id }, body: { text: "\n" } });
}

async function runBuild(anna: Member): Promise<number> {
  const { id } = await anna.submit({ name: "build", command: build, input: true, mark_stderr: true });
  for (const written of ["compiling\n", "unused\n", "linking ", "(a warning) "]) {
    await takeStep(anna, id, written);
  }
  await anna.waitForEnd(id);
  return id;
}

function signOf(output: Locator, line: string, name: string): Locator {
  return output.locator("[data-index]").filter({ hasText: line }).getByRole("img", { name, exact: true });
}

function requestsOf(page: Page): string[] {
  const paths: string[] = [];
  page.on("request", (request) => paths.push(new URL(request.url()).pathname));
  return paths;
}

test("lines of standard error carry a sign, and can be shown alone with their own numbers", async ({ page, anna }) => {
  const id = await runBuild(anna);
  await logIn(page, anna);
  await page.goto(`/tasks/${id}`);
  const output = page.getByRole("log", { name: "Output" });
  const lines = output.locator("[data-index]");
  await expect(signOf(output, "warning: unused", "Written to standard error")).toBeVisible();
  await expect(signOf(output, "linking (a warning) done", "Partly written to standard error")).toBeVisible();
  await expect(output.getByRole("img")).toHaveCount(2);

  const streams = page.getByRole("combobox", { name: "Streams" });
  await streams.selectOption("stderr only");
  await expect(lines).toHaveText(["warning: unused", "linking (a warning) done"]);
  await expect(output.locator("a[data-number]")).toHaveCount(2);
  await expect(output.locator('a[data-number="3"]')).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("log").focus();
  await page.keyboard.press("c");
  await expect(streams).toHaveValue("stdout");
  await expect(lines).toHaveText(["compiling", "linking (a warning) done"]);
  await page.keyboard.press("c");
  await expect(lines).toHaveCount(3);

  await streams.selectOption("stderr only");
  await output.locator('a[data-number="2"]').click();
  await expect(page).toHaveURL(/#L2$/);
  await expect(streams).toHaveValue("all");
  await expect(lines).toHaveCount(3);
});

test("while it runs, a line gets its sign a moment after it came, and shifts nothing", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const command = "echo up; read go; echo 'a warning' >&2; read go; echo 'another' >&2; sleep 600";
  const { id } = await anna.submit({ name: "grown", command, input: true, mark_stderr: true });
  await logIn(page, anna);
  await page.goto(`/tasks/${id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("up");
  const left = async (text: string) => (await output.getByText(text, { exact: true }).boundingBox())?.x;
  const before = await left("up");
  await takeStep(anna, id, "up\n");
  await expect(signOf(output, "a warning", "Written to standard error")).toBeVisible();
  expect(await left("up")).toBe(before);
  expect(await left("a warning")).toBe(before);

  await page.getByRole("combobox", { name: "Streams" }).selectOption("stderr only");
  await expect(output.locator("[data-index]")).toHaveText(["a warning"]);
  await takeStep(anna, id, "a warning\n");
  await expect(output.locator("[data-index]")).toHaveText(["a warning", "another"]);
});

test("of a large output only the marks of the lines in sight are asked for", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const command = "seq 1 1000000; read go; echo 'the only warning' >&2; read go; seq 1 10";
  const { id } = await anna.submit({ name: "large", command, input: true, mark_stderr: true });
  await takeStep(anna, id, "\n1000000\n");
  await takeStep(anna, id, "warning\n");
  const { output_bytes } = await anna.waitForEnd(id);
  await logIn(page, anna);
  const asked: URL[] = [];
  page.on("request", (request) => asked.push(new URL(request.url())));
  await page.goto(`/tasks/${id}#L500000`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output.getByText("500000", { exact: true })).toBeInViewport();
  await page.getByRole("combobox", { name: "Streams" }).selectOption("stderr only");
  await expect(output.getByText("the only warning")).toBeVisible();
  await expect(output.locator("[data-index]")).toHaveCount(1);
  const windows = asked
    .filter(({ pathname, searchParams }) => pathname.endsWith("/stderr-marks/") && searchParams.has("end"))
    .map(({ searchParams }) => Number(searchParams.get("end")) - Number(searchParams.get("first")));
  expect(windows.length).toBeGreaterThan(0);
  expect(windows.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(output_bytes / 4);
  await expect(output.getByRole("img", { name: "Written to standard error" })).toBeVisible();
});

test("where the copying was ended by force, it is said what may be missing", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  // The shell is started by one that reports its start, and that one by what copies the streams.
  const command = "echo up; read go; read pid name state copier rest </proc/$PPID/stat; kill -KILL $copier";
  const forced = await anna.submit({ name: "forced", command, input: true, mark_stderr: true });
  await takeStep(anna, forced.id, "up\n");
  await anna.waitForEnd(forced.id);
  const gentle = await anna.submit({ name: "gentle", command: "echo up", mark_stderr: true });
  await anna.waitForEnd(gentle.id);
  await logIn(page, anna);
  const output = page.getByRole("log", { name: "Output" });
  await page.goto(`/tasks/${forced.id}`);
  const words = "What it wrote in its last moment may be missing: it was ended by force.";
  await expect(output.getByText(words)).toBeVisible();
  const stand = page.waitForResponse((response) => response.url().includes("/stderr-marks/"));
  await page.goto(`/tasks/${gentle.id}`);
  await stand;
  await expect(output).toContainText("up");
  await expect(output.getByText(words)).toHaveCount(0);
});

test("of a task that is not marked nothing is asked, and it is said how to get it", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  const task = await anna.submit({ name: "plain", command: "echo out; echo err >&2" });
  await anna.waitForEnd(task.id);
  await logIn(page, anna);
  const paths = requestsOf(page);
  await page.goto(`/tasks/${task.id}`);
  const output = page.getByRole("log", { name: "Output" });
  await expect(output).toContainText("err");
  await expect(page.getByRole("combobox", { name: "Streams" })).toHaveCount(0);
  await expect(output.getByRole("img")).toHaveCount(0);
  await page.keyboard.press("c");
  await expect(page.getByText("Submit with “Mark standard error” to tell the streams apart.")).toBeVisible();
  expect(paths.filter((path) => path.includes("stderr-marks"))).toEqual([]);
});

test("the form asks for marks, not together with a terminal, and a rerun has them again", { tag: "@whole" }, async ({
  page,
  anna,
}) => {
  await logIn(page, anna);
  await page.goto("/tasks/new");
  await page.getByLabel("Command", { exact: true }).fill("echo oops >&2");
  await page.locator("summary").getByText("Environment", { exact: true }).click();
  const mark = page.getByRole("checkbox", { name: "Mark standard error" });
  const terminal = page.getByRole("checkbox", { name: "Give it a terminal" });
  await mark.check();
  await terminal.check();
  await expect(mark).toHaveAccessibleDescription(/A terminal has one stream only\. .* not both\./);
  await page.getByRole("button", { name: "Run task" }).click();
  await expect(mark).toBeFocused();
  await terminal.uncheck();
  await expect(mark).not.toHaveAccessibleDescription(/not both/);
  await page.getByText("Show what would run").click();
  await expect(page.getByText("Marked in the output")).toBeVisible();
  await page.getByRole("button", { name: "Run task" }).click();
  const output = page.getByRole("log", { name: "Output" });
  await expect(signOf(output, "oops", "Written to standard error")).toBeVisible();
  expect(await anna.get(1)).toMatchObject({ mark_stderr: true, pty: null });
  await page.getByRole("tab", { name: "Details" }).click();
  await expect(page.getByText("Marked in the output")).toBeVisible();
  await page.goto("/tasks/new?from=1");
  await expect(mark).toBeChecked();
});

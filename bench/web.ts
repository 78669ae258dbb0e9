import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { contract } from "../src/client/client.ts";
import type { TaskSummary } from "../src/contract/index.ts";
import { chromiumPath } from "../test/support/chromium-path.ts";
import { perSecond, quantile } from "./figures.ts";
import { type FloodingProxy, startFloodingProxy } from "./flooding-proxy.ts";
import { addWaitingTasks } from "./many-tasks.ts";
import { type BenchServer, startServer } from "./server.ts";

/**
 * `npm run bench:web`: what the page costs the one who looks at it, in a real Chromium beside its server. From the click on
 * a task to its output on the screen, with and without a large output; and what is felt while a thousand tasks change in
 * a second. UTM_TEST_CHROMIUM names the browser.
 */
const opened = 20;
const many = 100_000;
const scrolledMs = 15_000;
const largeBytes = 1024 ** 3;
const executablePath = chromiumPath();
const directory = mkdtempSync(join(tmpdir(), "utm-bench-web-"));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });

try {
  const server = await startServer(directory, 4, { UTM_OUTPUT_CAP_BYTES: "0" });
  const proxy = await startFloodingProxy(server.url);
  try {
    await fill(server);
    const page = await newPage(server.url);
    await openings(page);
    await page.close();
    const flooded = await newPage(proxy.url);
    await flood(flooded, proxy, await server.client.call(contract.listTasks, { query: { ordering: "-id" } }));
    await addWaitingTasks(server.dataDirectory, 1, many);
    await scroll(flooded, `${proxy.url}/tasks`);
  } finally {
    proxy.close();
    await server.stop();
  }
} finally {
  await browser.close();
  rmSync(directory, { recursive: true, force: true });
}

/** Small tasks, and one with a gigabyte; all of them over. */
async function fill(server: BenchServer): Promise<void> {
  const block = "yes 2026-04-01T12:00:00Z INFO request handled in 12 ms";
  const large = `${block} | head -c ${largeBytes}; echo; echo end of large`;
  const orders = Array.from({ length: 300 }, (_, index) => ({
    name: `task ${index}`,
    command: `seq 1 200; echo end of ${index}`,
  }));
  const ids: number[] = [];
  for (const order of [...orders, { name: "large", command: large }]) {
    ids.push((await server.client.call(contract.createTask, { body: order })).id);
  }
  for (const id of ids) {
    while ((await server.client.call(contract.getTask, { params: { id } })).completed_at === null) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Somebody's own, logged in, with the list of tasks. */
async function newPage(url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${url}/login?to=/tasks`);
  await page.getByLabel("Username").fill("bench");
  await page.getByLabel("Password").fill("bench password");
  await page.getByRole("button", { name: "Log in" }).click();
  await row(page, "task 299").waitFor();
  return page;
}

function row(page: Page, name: string) {
  return page.getByRole("link", { name, exact: true }).first();
}

async function openings(page: Page): Promise<void> {
  const tookMs: number[] = [];
  for (let index = 299; index > 299 - opened; index -= 1) {
    tookMs.push(await open(page, `task ${index}`, `end of ${index}`));
  }
  const [first = 0, ...further] = tookMs;
  const spread = [0.5, 0.9, 1].map((share) => Math.round(quantile(further, share)));
  console.log(`click → output, the first           ${Math.round(first)} ms`);
  console.log(
    `click → output, ${opened - 1} further          p50 ${spread[0]}, p90 ${spread[1]}, most ${spread[2]} ms`,
  );
  const largeMs = await open(page, "large", "end of large");
  const ratio = (largeMs / quantile(further, 0.5)).toFixed(1);
  console.log(`click → end of a gigabyte           ${Math.round(largeMs)} ms, ${ratio} × the median of small ones`);
}

/** From the click until a frame with the text has been drawn; then back to the list. */
async function open(page: Page, name: string, text: string): Promise<number> {
  const link = row(page, name);
  await link.waitFor();
  await page.evaluate(watchOpening, text);
  // The pointer comes and clicks at once: nothing was fetched in advance.
  await link.click({ force: true });
  const tookMs = await page.evaluate(() => (window as unknown as Measuring).opened);
  await page.goBack();
  await link.waitFor();
  return tookMs;
}

type Measuring = { opened: Promise<number>; gaps: number[]; isMeasuring: boolean; pressedMs: number[] };

/** Runs in the page. */
function watchOpening(text: string): void {
  const measuring = window as unknown as Measuring;
  measuring.opened = new Promise((resolve) => {
    const onClick = (event: MouseEvent) => {
      const look = () => {
        const isThere = document.querySelector("[role=log]")?.textContent?.includes(text) === true;
        requestAnimationFrame(isThere ? () => resolve(performance.now() - event.timeStamp) : look);
      };
      look();
    };
    window.addEventListener("click", onClick, { once: true, capture: true });
  });
}

/** Frames of the list, and how long a key takes, without and with a thousand changes in a second. */
async function flood(page: Page, proxy: FloodingProxy, tasks: readonly TaskSummary[]): Promise<void> {
  const rest = await feel(page, () => page.waitForTimeout(3000));
  let figures: [number, number] = [0, 1];
  const busy = await feel(page, async () => {
    figures = await proxy.flood(tasks, { perSecond: 1000, forMs: 10_000 });
  });
  console.log(`changes sent to the page            ${perSecond(...figures)} /s, for ${Math.round(figures[1])} ms`);
  print("between frames, at rest", rest.gaps);
  print("between frames, under changes", busy.gaps);
  print("key → next frame, at rest", rest.pressedMs);
  print("key → next frame, under changes", busy.pressedMs);
  await showsLastChange(page, proxy, tasks);
}

/** Of a task in sight. */
async function showsLastChange(page: Page, proxy: FloodingProxy, tasks: readonly TaskSummary[]): Promise<void> {
  const address = await page.getByRole("row").getByRole("link").first().getAttribute("href");
  const task = tasks.find(({ id }) => address === `/tasks/${id}`);
  if (task === undefined) {
    throw new Error("No task is in sight.");
  }
  const sentAt = performance.now();
  proxy.change({ ...task, name: "the last change", updated_at: new Date().toISOString() });
  await row(page, "the last change").waitFor();
  console.log(`the last change is shown after      ${Math.round(performance.now() - sentAt)} ms`);
}

/** Down a list of a hundred thousand, as fast as a wheel goes; what is not there yet is fetched on the way. */
async function scroll(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await row(page, `task of many ${many - 1}`).waitFor();
  await page.mouse.move(700, 500);
  await page.evaluate(watchFrames);
  const startedAt = performance.now();
  while (performance.now() - startedAt < scrolledMs) {
    await page.mouse.wheel(0, 3000);
  }
  const gaps = await page.evaluate(() => {
    const measuring = window as unknown as Measuring;
    measuring.isMeasuring = false;
    return measuring.gaps;
  });
  const name = await page
    .getByText(/^task of many \d+$/)
    .last()
    .textContent();
  const passed = many - Number(/\d+/.exec(name ?? "")?.[0] ?? many);
  print("between frames, scrolling", gaps);
  console.log(`rows passed in ${scrolledMs / 1000} s                 ${passed} of ${many}`);
}

function print(what: string, values: readonly number[]): void {
  const [p50, p95, most] = [0.5, 0.95, 1].map((share) => Math.round(quantile(values, share)));
  console.log(`${what.padEnd(35)} p50 ${p50}, p95 ${p95}, most ${most} ms`);
}

async function feel(page: Page, work: () => Promise<void>): Promise<Pick<Measuring, "gaps" | "pressedMs">> {
  await page.evaluate(watchFrames);
  let isWorking = true;
  const pressing = (async () => {
    while (isWorking) {
      await page.keyboard.press("j");
      await page.waitForTimeout(100);
    }
  })();
  await work();
  isWorking = false;
  await pressing;
  return page.evaluate(() => {
    const measuring = window as unknown as Measuring;
    measuring.isMeasuring = false;
    return { gaps: measuring.gaps, pressedMs: measuring.pressedMs };
  });
}

/** Runs in the page. */
function watchFrames(): void {
  const measuring = window as unknown as Measuring;
  measuring.gaps = [];
  measuring.pressedMs = [];
  measuring.isMeasuring = true;
  let before = performance.now();
  const onFrame = (now: number) => {
    measuring.gaps.push(now - before);
    before = now;
    if (measuring.isMeasuring) {
      requestAnimationFrame(onFrame);
    } else {
      window.removeEventListener("keydown", onKey, true);
    }
  };
  const onKey = (event: KeyboardEvent) => {
    requestAnimationFrame(() => measuring.pressedMs.push(performance.now() - event.timeStamp));
  };
  window.addEventListener("keydown", onKey, true);
  requestAnimationFrame(onFrame);
}

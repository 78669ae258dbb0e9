// Finds a Chromium for the browser tests: the machine's own, else, as root on Debian, the distribution's package, else the
// one shipped by npm. Each is tried by opening a page, since a browser without its libraries is no browser.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPackages } from "./packages.mjs";
import { root, runtime } from "./setup.mjs";

/** A Chromium that starts, with the environment it needs; null when there is none and none can be installed. */
export function ensureChromium() {
  return findInstalled() ?? installPackage() ?? unpackShipped();
}

function findInstalled() {
  for (const name of ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]) {
    const path = `/usr/bin/${name}`;
    if (existsSync(path) && starts(path, {})) {
      return { path, environment: {} };
    }
  }
  return null;
}

const openPage = `
  import playwright from "@playwright/test";
  const browser = await playwright.chromium.launch({ executablePath: process.env.TRY, args: ["--no-sandbox"], timeout: 60000 });
  const page = await browser.newPage();
  await page.goto("data:text/html,<p>ready</p>");
  console.log(await page.textContent("p"));
  await browser.close();
`;

function starts(path, environment) {
  const result = spawnSync(runtime(), ["--input-type=module", "--eval", openPage], {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
    env: { ...process.env, ...environment, TRY: path },
  });
  return result.stdout?.trim() === "ready";
}

/** The package @sparticuz/chromium holds a compressed browser with its libraries; it unpacks into a temporary folder. */
function unpackShipped() {
  const folder = join(tmpdir(), "utm-test-chromium");
  mkdirSync(folder, { recursive: true });
  const program = "import chromium from '@sparticuz/chromium'; console.log(await chromium.executablePath());";
  const result = spawnSync(runtime(), ["--input-type=module", "--eval", program], {
    cwd: root,
    encoding: "utf8",
    // The variable makes the package unpack its libraries as well (its own name for "bare Linux").
    env: { ...process.env, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x", TMPDIR: folder },
  });
  const path = result.stdout?.trim() ?? "";
  const environment = { LD_LIBRARY_PATH: join(folder, "al2023", "lib") };
  return result.status === 0 && existsSync(path) && starts(path, environment) ? { path, environment } : null;
}

/** The browser without its own windows and menus, which cost a fifth of the processor time of a test. */
function installPackage() {
  return installPackages(["chromium-headless-shell", "fonts-liberation"]) ? findInstalled() : null;
}

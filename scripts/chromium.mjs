// Finds a Chromium for the browser tests: the machine's own, else the one shipped by npm, else, as root on Debian, the
// distribution's package. Each is tried by starting it, since a browser without its libraries is no browser.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runtime, say } from "./setup.mjs";

/** Path of a Chromium that starts; null when there is none and none can be installed. */
export function ensureChromium() {
  return findInstalled() ?? unpackShipped() ?? installPackage();
}

function findInstalled() {
  const paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return paths.find((path) => existsSync(path) && starts(path)) ?? null;
}

function starts(path) {
  const words = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "data:text/html,<p>ready</p>"];
  const result = spawnSync(path, [...words, `--user-data-dir=${join(tmpdir(), `utm-chromium-${process.pid}`)}`], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return result.stdout?.includes("ready") ?? false;
}

/** The package @sparticuz/chromium holds a compressed browser with its libraries; it unpacks into a temporary folder. */
function unpackShipped() {
  const folder = join(tmpdir(), "utm-test-chromium");
  mkdirSync(folder, { recursive: true });
  const program = "import chromium from '@sparticuz/chromium'; process.stdout.write(await chromium.executablePath());";
  const result = spawnSync(runtime(), ["--input-type=module", "--eval", program], {
    cwd: root,
    encoding: "utf8",
    // The variable makes the package unpack its libraries as well (its own name for "bare Linux").
    env: { ...process.env, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x", TMPDIR: folder },
  });
  const path = result.stdout?.trim() ?? "";
  return result.status === 0 && existsSync(path) && starts(path) ? path : null;
}

function installPackage() {
  const isRootOnDebian = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (!isRootOnDebian) {
    return null;
  }
  say("Installing Debian's package chromium for the browser tests …");
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-q"], { stdio: "ignore", env: environment });
  spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], {
    stdio: "ignore",
    env: environment,
  });
  return findInstalled();
}

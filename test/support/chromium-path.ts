import { existsSync } from "node:fs";

// The lightest first, as in scripts/chromium.mjs.
const usual = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** The browser for tests, pictures and measurements: the one UTM_TEST_CHROMIUM names, else the machine's own. */
export function chromiumPath(): string {
  const installed = usual.map((name) => `/usr/bin/${name}`).find((path) => existsSync(path));
  return process.env.UTM_TEST_CHROMIUM ?? installed ?? "/usr/bin/chromium";
}

import { defineConfig } from "@playwright/test";
import { chromiumPath } from "./test/support/chromium-path.ts";

/** Browser tests run in one Chromium that scripts/chromium.mjs found; its background traffic is switched off. */
export default defineConfig({
  testDir: "test/browser",
  outputDir: "test-results/browser",
  reporter: [["list"], ["json", { outputFile: "test-results/browser.json" }]],
  workers: 3,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    screenshot: "only-on-failure",
    // Without a picture of each moment, which cost a fifth of the processor time of all browser tests.
    trace: { mode: "retain-on-failure", screenshots: false },
    launchOptions: {
      executablePath: chromiumPath(),
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});

import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";

export default defineConfig({
  root: import.meta.dirname,
  test: {
    // Tests wait for processes, time-outs and leases more than they compute: four at once even where there are two cores.
    maxWorkers: 4,
    // Files share a worker and what it has loaded; what a test changes in it is put back after the test.
    isolate: false,
    restoreMocks: true,
    unstubEnvs: true,
    // In Playwright's tests the same tag is @whole; scripts/test.mjs leaves both out of the everyday form.
    tags: [{ name: "whole", description: "Costs more than a run of every day can bear: for npm run test:whole." }],
    sequence: { sequencer: LongestFirst },
    globalSetup: "test/support/databases/global-setup.ts",
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

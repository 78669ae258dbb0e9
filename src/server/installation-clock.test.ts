import { expect, test } from "vitest";
import { createLog } from "../log/log.ts";
import { createSharedClock, ownClock } from "./installation-clock.ts";

const log = createLog("silent");
const aheadMs = 600_000;

test("goes by the database's clock, whatever this machine's own says", async () => {
  const clock = await createSharedClock({ now: async () => Date.now() + aheadMs }, log);
  expect(clock.now() - Date.now()).toBeGreaterThan(aheadMs - 5000);
  expect(clock.now() - Date.now()).toBeLessThan(aheadMs + 5000);
  expect(clock.fromLocal(1_000_000)).toBeGreaterThan(1_000_000 + aheadMs - 5000);
  clock.stop();
});

test("cannot be had from a database that does not answer", async () => {
  await expect(createSharedClock({ now: () => Promise.reject(new Error("away")) }, log)).rejects.toThrow("away");
});

test("is this machine's own where nobody shares the database", () => {
  expect(ownClock().fromLocal(1234)).toBe(1234);
});

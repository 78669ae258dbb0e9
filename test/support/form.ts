import { TestRunner } from "vitest";

/** Whether tests tagged "whole" run: not in the everyday form, which is `npm test`. */
export const isWhole = TestRunner.matchesTags(["whole"]);

/** The crash tests have a long form with bigger numbers: `npm run test:crash`. */
export const isLong = process.env.UTM_TEST_LONG === "1";

/** The number for the form that runs. */
export function byForm(numbers: Readonly<{ everyday: number; whole: number; long: number }>): number {
  if (isLong) {
    return numbers.long;
  }
  return isWhole ? numbers.whole : numbers.everyday;
}

/** Says what a test counted. */
export function report(what: string, figures: Readonly<Record<string, number>>): void {
  const words = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stderr.write(`${what}: ${words.join(", ")}\n`);
}

/** The crash tests have a long form with bigger numbers: `npm run test:crash`. */
export const isLong = process.env.UTM_TEST_LONG === "1";

/** Says what a test counted. */
export function report(what: string, figures: Readonly<Record<string, number>>): void {
  const words = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stderr.write(`${what}: ${words.join(", ")}\n`);
}

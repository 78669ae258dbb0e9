import { openBareAttempts } from "./bare-attempts.ts";
import { inFlight } from "./figures.ts";

/** The limit: `true` through the launcher alone, no database, no HTTP. Answers the elapsed milliseconds. */
export async function bareLauncher(directory: string, total: number, concurrency: number): Promise<number> {
  const attempts = await openBareAttempts(directory);
  const elapsedMs = await inFlight(total, concurrency, (index) =>
    attempts.run(attempts.order(`bench.${index}`, { kind: "argv", argv: ["true"] })),
  );
  attempts.close();
  return elapsedMs;
}

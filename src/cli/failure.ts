/** How a client command ends when it failed itself; `run` uses the same number for "an error of ours". */
export const failureExitCode = 125;
/** The command line was wrong. */
export const usageExitCode = 2;

/** The person typed something that cannot be meant; the message says what to type instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something outside the command line kept us from doing it; the message says what and what to do. */
export class CliFailure extends Error {
  override readonly name = "CliFailure";
}

/** The person pressed Ctrl-C at a prompt. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** The exit code for any error. */
export function failureCode(error: unknown): number {
  if (error instanceof UsageError) {
    return usageExitCode;
  }
  return error instanceof Cancelled ? 130 : failureExitCode;
}

/** Code of a failed system call (`ENOENT`), or null. */
export function systemCode(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : null;
}

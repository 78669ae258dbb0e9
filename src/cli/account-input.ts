import { canAsk, type Deps } from "./deps.ts";
import { CliFailure, UsageError } from "./failure.ts";
import { readPassword } from "./input-text.ts";
import { askHidden, askLine } from "./prompt.ts";

export type AccountFlags = { username?: string; email?: string; passwordStdin?: boolean };

/** The value of a flag, or what the person types. Without a terminal the flag is needed: throws UsageError. */
export async function flagOrAsk(deps: Deps, value: string | undefined, flag: string, label: string): Promise<string> {
  if (value !== undefined) {
    return value;
  }
  if (!canAsk(deps)) {
    throw new UsageError(`There is no terminal to ask for the ${label.toLowerCase()}. Give ${flag}.`);
  }
  return (await askLine(deps, `${label}: `)).trim();
}

/** The password from standard input or, hidden, from the terminal. Throws UsageError, CliFailure, Cancelled. */
export async function readOrAskPassword(deps: Deps, isFromStdin: boolean, isNew: boolean): Promise<string> {
  if (isFromStdin) {
    return readPassword(deps);
  }
  if (!canAsk(deps)) {
    throw new UsageError("There is no terminal to ask for the password. Use --password-stdin and write it there.");
  }
  const password = await askHidden(deps, "Password: ");
  if (isNew && (await askHidden(deps, "The same again: ")) !== password) {
    throw new CliFailure("The two passwords are not the same. Nothing was done.");
  }
  return password;
}

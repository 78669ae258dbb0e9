import { UsageError } from "./failure.ts";

/** The program of a task, as the API takes it. */
export type Program = { command: string } | { argv: string[] } | { script: { body: string } } | Record<string, never>;

/** What a shell would treat specially, and blanks: a single word with any of these was meant for a shell. */
const shellCharacters = /[\s|&;<>()$`\\"'*?[\]#~=%{}!^]/;

/**
 * What the words after the options mean. Several words are a program and its arguments, executed without a shell, so
 * that nothing is interpreted twice. One word with blanks or shell characters is a line for `sh -c`. `--shell` joins
 * all words to such a line. No words: the demonstration sleep. Throws UsageError.
 */
export function classifyWords(words: readonly string[], isShell: boolean): Program {
  const [first] = words;
  if (first === undefined) {
    if (isShell) {
      throw new UsageError("--shell needs a command. Write it after --.");
    }
    return {};
  }
  if (first.trim() === "") {
    throw new UsageError("The command is empty.");
  }
  if (isShell) {
    return { command: words.join(" ") };
  }
  if (words.length === 1 && shellCharacters.test(first)) {
    return { command: first };
  }
  return { argv: [...words] };
}

/** Variables of `--env K=V`; `K` alone takes the value it has here. Throws UsageError. */
export function parseEnvironment(entries: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const entry of entries) {
    const equals = entry.indexOf("=");
    const name = equals < 0 ? entry : entry.slice(0, equals);
    const value = equals < 0 ? env[name] : entry.slice(equals + 1);
    if (name === "") {
      throw new UsageError(`--env takes NAME=VALUE, not "${entry}".`);
    }
    if (value === undefined) {
      throw new UsageError(`--env ${name}: there is no such variable here. Give a value: --env ${name}=VALUE.`);
    }
    variables[name] = value;
  }
  return variables;
}

import { formText } from "../form-text.ts";
import type { RefusedLine } from "./use-submission.ts";

const words = formText.lines;
const mostTold = 10;
const mostCharacters = 60;

/** Why lines were refused, a line for each of the first ones, named by how its command begins. */
export function refusedWords(refused: readonly RefusedLine[]): string {
  const told = refused.slice(0, mostTold).map(({ line, reason }) => words.refused(beginningOf(line.command), reason));
  const more = refused.length - told.length;
  return [...told, ...(more > 0 ? [words.moreRefused(more)] : [])].join("\n");
}

function beginningOf(command: string): string {
  return command.length <= mostCharacters ? command : `${command.slice(0, mostCharacters - 1)}…`;
}

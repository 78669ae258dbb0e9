import type { Program } from "../store.ts";

/** What lists and searches see of a program, which itself may be a megabyte. */
const previewCharacters = 1000;
const searchedCharacters = 4096;

/** The program with long texts cut. */
export function previewOf(program: Program): Program {
  switch (program.kind) {
    case "command":
      return { ...program, command: program.command.slice(0, previewCharacters) };
    case "argv":
      return { ...program, argv: firstWords(program.argv) };
    case "script":
      return { ...program, body: program.body.slice(0, previewCharacters) };
  }
}

/** The text a search looks through, in lower case: not every database can fold the case of every letter. */
export function searchTextOf(task: { name: string; description: string; program: Program }): string {
  const program = plainText(task.program).slice(0, searchedCharacters);
  return `${task.name}\n${task.description}\n${program}`.toLowerCase();
}

/** A pattern for LIKE … ESCAPE '!' that finds the text anywhere. */
export function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[!%_]/g, "!$&")}%`;
}

function firstWords(argv: string[]): string[] {
  const words: string[] = [];
  let left = previewCharacters;
  for (const word of argv) {
    if (left <= 0) {
      break;
    }
    words.push(word.slice(0, left));
    left -= word.length + 1;
  }
  return words;
}

function plainText(program: Program): string {
  switch (program.kind) {
    case "command":
      return program.command;
    case "argv":
      return program.argv.join(" ");
    case "script":
      return program.body;
  }
}

import type { ListedTask, Program, TaskSpec } from "../store.ts";

/** What lists and searches see of a program, which itself may be a megabyte. */
const previewCharacters = 1000;
const searchedCharacters = 4096;

/** What a list shows of a spec beside its program. */
export type SpecFacts = Pick<ListedTask, "takesInput" | "maxAttempts">;

export function factsOf(spec: TaskSpec): SpecFacts {
  return { takesInput: spec.input || spec.pty !== null, maxAttempts: spec.retry?.attempts ?? 1 };
}

/** What a list shows of a spec, as text. */
export function previewOf(spec: TaskSpec): string {
  return JSON.stringify({ ...cut(spec.program), ...factsOf(spec) });
}

/** Previews of the first schema have the program alone. */
export function parsePreview(text: string): SpecFacts & Pick<ListedTask, "spec"> {
  const { takesInput = false, maxAttempts = 1, ...program } = JSON.parse(text) as Program & Partial<SpecFacts>;
  return { takesInput, maxAttempts, spec: { program } };
}

/** The program with long texts cut. */
function cut(program: Program): Program {
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

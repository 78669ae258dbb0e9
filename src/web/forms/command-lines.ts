/** Several lines in the field of a command: one task's program, or a task each. */
export const mostLines = 200;

/** `number` counts from 1, as the lines stand in the field. */
export type CommandLine = { number: number; command: string };

/** The lines that are commands; `skipped` counts blank ones between them and comments. */
export function commandLines(typed: string): { lines: CommandLine[]; skipped: number } {
  const all = typed.trimEnd().split(/\r?\n/);
  const lines = all
    .map((line, index) => ({ number: index + 1, command: line.trim() }))
    .filter(({ command }) => command !== "" && !command.startsWith("#"));
  return { lines, skipped: lines.length === 0 ? 0 : all.length - lines.length };
}

/** What is left when these lines are gone; nothing when no command is left. */
export function withoutLines(typed: string, numbers: ReadonlySet<number>): string {
  const left = typed
    .split(/\r?\n/)
    .filter((_, index) => !numbers.has(index + 1))
    .join("\n");
  return commandLines(left).lines.length === 0 ? "" : left;
}

import type { BufferedLine } from "./line-buffer.ts";

/** Where the line of this number is among those kept; -1 when it is not. Without gaps it takes no search. */
export function indexOfLine(lines: readonly BufferedLine[], number: number): number {
  const first = lines[0]?.number ?? null;
  const guess = first === null ? -1 : number - first;
  return lines[guess]?.number === number ? guess : lines.findIndex((line) => line.number === number);
}

import { controlSequence } from "./control-sequence.ts";

/**
 * The last line of a piece of output that says something, as a screen would show it: what a carriage return wrote over is
 * gone, and so are colours and other sequences.
 */
export function lastLineOf(bytes: Buffer): string {
  const lines = bytes.toString("utf8").replace(sequences, "").split("\n");
  for (const line of lines.toReversed()) {
    const shown = line.split("\r").findLast((part) => part.trim() !== "");
    if (shown !== undefined) {
      return cut(shown.replace(controls, " ").trim());
    }
  }
  return "";
}

const longest = 200;

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
}

// Written as text: the linter takes a control character in a regular expression for a mistake.
const titles = String.raw`\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)`;
const sequences = new RegExp(`${titles}|${controlSequence}|${String.raw`\x1b[ -/]*[0-~]`}`, "g");
const controls = /\p{Cc}+/gu;

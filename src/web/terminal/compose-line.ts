import Anser from "anser";
import { cleanText, eraseMark, escapeCode } from "./escape-sequences.ts";

/** A piece of a line in one style. Colours are names of the palette (`red`, `bright-blue`) or `rgb(…)`. */
export type TextStyle = {
  foreground: string | null;
  background: string | null;
  isBold: boolean;
  isDim: boolean;
  isItalic: boolean;
  isUnderlined: boolean;
  isStruck: boolean;
};
export type StyledRun = { text: string; style: TextStyle | null };

const movesCursor = new RegExp(`[\r\b${eraseMark}]`);

/**
 * What a terminal would show for one line of output: colours applied, and text behind a carriage return or a backspace
 * overwritten. `carry` is the style the line begins with.
 */
export function composeLine(raw: string, carry: string): StyledRun[] {
  const text = cleanText(raw.endsWith("\r") ? raw.slice(0, -1) : raw);
  const runs = parseStyles(carry + text);
  return movesCursor.test(text) ? overwrite(runs) : runs;
}

/** The text of composed runs without its style. */
export function plainText(runs: readonly StyledRun[]): string {
  return runs.map((run) => run.text).join("");
}

function parseStyles(text: string): StyledRun[] {
  if (!text.includes(escapeCode)) {
    return text === "" ? [] : [{ text, style: null }];
  }
  // Anser has already swapped the colours of reversed text.
  const entries = Anser.ansiToJson(text, { use_classes: true, remove_empty: true });
  return entries.map((entry) => ({ text: entry.content, style: entry.was_processed ? styleOf(entry) : null }));
}

function styleOf(entry: Anser.AnserJsonEntry): TextStyle {
  const has = (name: Anser.DecorationName) => entry.decorations.includes(name);
  return {
    foreground: colourOf(entry.fg, entry.fg_truecolor),
    background: colourOf(entry.bg, entry.bg_truecolor),
    isBold: has("bold"),
    isDim: has("dim"),
    isItalic: has("italic"),
    isUnderlined: has("underline"),
    isStruck: has("strikethrough"),
  };
}

function colourOf(name: string | null, trueColour: string | null): string | null {
  if (name === null) {
    return null;
  }
  if (name === "ansi-truecolor") {
    return `rgb(${trueColour})`;
  }
  const palette = /^ansi-palette-(\d+)$/.exec(name);
  return palette === null ? name.replace(/^ansi-/, "") : paletteColour(Number(palette[1]));
}

const cubeLevels = [0, 95, 135, 175, 215, 255];

/** Colours 16 to 255 of xterm: a 6×6×6 cube and 24 greys. */
function paletteColour(index: number): string {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const cube = index - 16;
  const level = (step: number) => cubeLevels[step % 6] ?? 0;
  return `rgb(${level(Math.floor(cube / 36))}, ${level(Math.floor(cube / 6))}, ${level(cube)})`;
}

type Cell = { character: string; style: TextStyle | null };

function overwrite(runs: readonly StyledRun[]): StyledRun[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const run of runs) {
    for (const character of run.text) {
      if (character === "\r") {
        column = 0;
      } else if (character === "\b") {
        column = Math.max(0, column - 1);
      } else if (character === eraseMark) {
        cells.length = Math.min(cells.length, column);
      } else {
        while (cells.length < column) {
          cells.push({ character: " ", style: null });
        }
        cells[column] = { character, style: run.style };
        column += 1;
      }
    }
  }
  return joinCells(cells);
}

function joinCells(cells: readonly Cell[]): StyledRun[] {
  const runs: StyledRun[] = [];
  for (const cell of cells) {
    const last = runs.at(-1);
    if (last !== undefined && last.style === cell.style) {
      last.text += cell.character;
    } else {
      runs.push({ text: cell.character, style: cell.style });
    }
  }
  return runs;
}

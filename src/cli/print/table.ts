import type { Colour, Paint } from "./colour.ts";
import { cut, displayWidth, oneLine, pad } from "./text.ts";

export type Column = {
  title: string;
  align?: "left" | "right";
  /** Cut to this many columns on a terminal. */
  maxWidth?: number;
};

export type Cell = { text: string; colour?: Colour };

export type TableOptions = {
  /** Columns of the terminal; null when the output goes elsewhere: then nothing is cut. */
  width: number | null;
  paint: Paint;
};

const gapText = "  ";
const narrowestLastColumn = 8;

/** Rows under their titles, aligned; the last column takes what is left of the terminal. Ends with a line end. */
export function renderTable(columns: readonly Column[], rows: readonly Cell[][], options: TableOptions): string {
  const cells = rows.map((row) => row.map((cell) => ({ ...cell, text: oneLine(cell.text) })));
  const widths = columns.map((column, index) => columnWidth(column, index, cells, options));
  const header = columns.map((column): Cell => ({ text: column.title, colour: "gray" }));
  return [header, ...cells].map((row) => `${renderRow(row, columns, widths, options)}\n`).join("");
}

function columnWidth(column: Column, index: number, rows: readonly Cell[][], options: TableOptions): number {
  let width = displayWidth(column.title);
  for (const row of rows) {
    width = Math.max(width, displayWidth(row[index]?.text ?? ""));
  }
  return options.width === null ? width : Math.min(width, column.maxWidth ?? Number.POSITIVE_INFINITY);
}

function renderRow(
  row: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
  options: TableOptions,
): string {
  const last = columns.length - 1;
  let line = "";
  let used = 0;
  for (const [index, cell] of row.entries()) {
    const paint = (text: string) => (cell.colour === undefined ? text : options.paint(cell.colour, text));
    const width = widths[index] ?? 0;
    if (index === last) {
      const room = options.width === null ? width : Math.max(narrowestLastColumn, options.width - used);
      line += paint(cut(cell.text, room));
    } else {
      line += `${paint(pad(cut(cell.text, width), width, columns[index]?.align))}${gapText}`;
      used += width + gapText.length;
    }
  }
  return line.trimEnd();
}

/** `name  value` lines with the values aligned. Values may hold line ends; further lines are indented. */
export function renderFields(fields: readonly (readonly [string, string])[], paint: Paint): string {
  const width = Math.max(0, ...fields.map(([name]) => displayWidth(name)));
  const indent = " ".repeat(width + gapText.length);
  return fields
    .map(([name, value]) => `${paint("gray", pad(name, width))}${gapText}${value.replaceAll("\n", `\n${indent}`)}\n`)
    .join("");
}

const zeroWidth = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Ranges of characters that take two columns of a terminal (East Asian wide, emoji). */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Text of others for a terminal: nothing that could move the cursor, change colours or turn the writing direction. */
export function harmless(text: string): string {
  return text.replace(/[\u2028\u2029]/g, " ").replace(/(?!\t)[\p{Cc}\p{Bidi_Control}]/gu, "\uFFFD");
}

/** The same on one line: blanks for line ends and tabs. */
export function oneLine(text: string): string {
  return harmless(text.replace(/\s+/g, " "));
}

/** Columns the text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
  }
  return width;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) {
    return 1;
  }
  if (zeroWidth.test(character)) {
    return 0;
  }
  return wideRanges.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** The text in at most that many columns; what is cut ends with an ellipsis. */
export function cut(text: string, maxWidth: number): string {
  if (displayWidth(text) <= maxWidth) {
    return text;
  }
  let kept = "";
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > maxWidth - 1) {
      break;
    }
    kept += character;
  }
  return `${kept}…`;
}

/** The text filled up with blanks to that many columns. */
export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + blanks : blanks + text;
}

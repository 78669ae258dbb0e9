/**
 * The escape sequences of terminals, as far as a web page needs them. Colours and weights (SGR) are kept for the
 * renderer, erasing to the end of a line becomes one control character, everything else is dropped.
 */
export const escapeCode = "\u001b";
const bell = "\u0007";

/** Stands for "erase from here to the end of the line" in a cleaned text. */
export const eraseMark = "\u0005";

const control = /\p{Cc}/gu;
const keptControls = `\t\r\b${escapeCode}${eraseMark}`;
/** Titles, hyperlinks and other strings for the terminal, up to their end or to the end of the line. */
const commandString = new RegExp(`${escapeCode}[\\]PX^_][^${bell}${escapeCode}]*(?:${bell}|${escapeCode}\\\\|$)`, "g");
const eraseLine = new RegExp(`${escapeCode}\\[[02]?K`, "g");
const otherSequence = new RegExp(`${escapeCode}\\[[0-9;:<=>?]*[ -/]*[@-ln-~]`, "g");
const characterSet = new RegExp(`${escapeCode}[ -/]*[0-Z\\\\^-~]`, "g");
const unfinished = new RegExp(`${escapeCode}(?:\\[[0-9;:<=>?]*)?$`);
const style = new RegExp(`${escapeCode}\\[([0-9;:]*)m`, "g");

/** Leaves text, SGR sequences, `\t`, `\r`, `\b` and erase marks. */
export function cleanText(raw: string): string {
  // Strings for the terminal end with a bell: they go before the other control characters do.
  const unmarked = raw.replaceAll(eraseMark, "");
  const text = unmarked.includes(escapeCode) ? withoutSequences(unmarked) : unmarked;
  return text.replace(control, (character) => (keptControls.includes(character) ? character : ""));
}

function withoutSequences(raw: string): string {
  return raw
    .replace(commandString, "")
    .replace(eraseLine, eraseMark)
    .replace(otherSequence, "")
    .replace(characterSet, "")
    .replace(unfinished, "");
}

const longestCarry = 200;

/** The SGR sequences still in force after the text, given those in force before it. */
export function styleAfter(text: string, before: string): string {
  if (!text.includes(escapeCode)) {
    return before;
  }
  let carry = before;
  for (const match of text.matchAll(style)) {
    const codes = (match[1] ?? "").split(/[;:]/);
    const isReset = codes.every((code) => code === "" || Number(code) === 0);
    carry = isReset ? "" : carry + match[0];
  }
  if (carry.length <= longestCarry) {
    return carry;
  }
  const recent = carry.slice(-longestCarry);
  return recent.slice(Math.max(0, recent.indexOf(escapeCode)));
}

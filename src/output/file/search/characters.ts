const continuationMask = 0b1100_0000;
const continuation = 0b1000_0000;
const longestTail = 3;

/**
 * The first byte from `at` on that begins a character, or that belongs to none: bytes cut there decode to the same text
 * as the whole. A byte behind three continuation bytes cannot belong to what came before, whatever that was.
 */
export function characterStart(bytes: Buffer, at: number): number {
  let start = at;
  while (start < bytes.length && start < at + longestTail && isContinuation(bytes[start] ?? 0)) {
    start += 1;
  }
  return Math.min(start, bytes.length);
}

/** Which byte begins the character at a position of the decoded text (in UTF-16 units, as regular expressions count). */
export function byteOfUnit(bytes: Buffer, unit: number): number {
  let at = 0;
  let units = 0;
  for (const stepBytes of [65_536, 1024, 16]) {
    while (at < bytes.length) {
      const next = characterStart(bytes, at + stepBytes);
      const more = unitsIn(bytes.subarray(at, next));
      if (units + more > unit) {
        break;
      }
      at = next;
      units += more;
    }
  }
  // Within the last step, the character begins behind the longest beginning that is no more than what comes before it.
  let length = 0;
  while (at + length < bytes.length && units + unitsIn(bytes.subarray(at, at + length + 1)) <= unit) {
    length += 1;
  }
  return at + length;
}

/** Length of the decoded text in UTF-16 units. */
export function unitsIn(bytes: Buffer): number {
  return bytes.toString("utf8").length;
}

function isContinuation(byte: number): boolean {
  return (byte & continuationMask) === continuation;
}

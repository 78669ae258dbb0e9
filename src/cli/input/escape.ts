/**
 * The way out of a terminal whose every key belongs to the task, as people know it from ssh: `~.` at the start of a line
 * detaches, `~~` there is a single `~`. A `~` there is held back until the next key shows which one it is.
 */
export type EscapeFilter = (typed: Uint8Array) => { bytes: Buffer; isDetach: boolean };

const tilde = 0x7e;
const dot = 0x2e;
const lineEnds = [0x0a, 0x0d];

/** A filter for what is typed from now on; the first key stands at the start of a line. */
export function createEscapeFilter(): EscapeFilter {
  let isLineStart = true;
  let isHoldingTilde = false;
  return (typed) => {
    const bytes: number[] = [];
    for (const byte of typed) {
      if (isHoldingTilde) {
        isHoldingTilde = false;
        isLineStart = false;
        if (byte === dot) {
          return { bytes: Buffer.from(bytes), isDetach: true };
        }
        bytes.push(tilde);
        if (byte === tilde) {
          continue;
        }
      } else if (isLineStart && byte === tilde) {
        isHoldingTilde = true;
        continue;
      }
      bytes.push(byte);
      isLineStart = lineEnds.includes(byte);
    }
    return { bytes: Buffer.from(bytes), isDetach: false };
  };
}

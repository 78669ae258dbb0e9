import { styleAfter } from "./escape-sequences.ts";

/**
 * The window of output kept in memory: lines made of the bytes as they come. Bounded in characters and in lines,
 * because a task may write for days; what falls out at the front is only counted. Line objects never change: an
 * unfinished last line is replaced by a new object whenever it grows, so that a renderer can compare by identity.
 */
export type BufferedLine = {
  /** Unique and ascending within a buffer. */
  key: number;
  /** Number of the line in the whole output, from 1; null when it cannot be known. */
  number: number | null;
  /** Of its first byte in the whole output; of a gap, where it begins. */
  offset: number;
  text: string;
  /** SGR sequences in force at the line's start. */
  carry: string;
  /** Characters beyond the longest line kept. */
  cutCharacters: number;
  /** Bytes the server removed in front of this line; such a line has no text of its own. */
  gapBytes: number;
};

type LineBufferLimits = { maxCharacters: number; maxLines: number; maxLineCharacters: number };

const defaultLimits: LineBufferLimits = {
  maxCharacters: 5_000_000,
  maxLines: 200_000,
  maxLineCharacters: 65_536,
};

const heldFactor = 3;
const lineFeed = 0x0a;
/** A line that is longer than this is shown from its middle on rather than not at all. */
const longestSkipped = 256 * 1024;

/** Above this, an unfinished line that rewrites itself is reduced to its latest two versions. */
const longProgressLine = 4096;

export class LineBuffer {
  readonly lines: BufferedLine[] = [];
  /** Lines that fell out at the front. */
  droppedLines = 0;
  /** Somebody reads in the middle: keep three times as much before what is read falls out. */
  isHeld = false;
  /** Bytes of output before the point where this buffer began; null until something came. */
  firstOffset: number | null = null;

  readonly #limits: LineBufferLimits;
  #decoder = new TextDecoder();
  #nextKey = 0;
  #nextNumber: number | null;
  #nextOffset: number | null = null;
  #characters = 0;
  #carry = "";
  #open = "";
  /** Where the unfinished last line begins. */
  #openOffset = 0;
  #openCut = 0;
  #isOpenShown = false;
  /** Bytes that may still be left out in search of the first line break. */
  #skippable: number;
  #skipped: { offset: number; bytes: Uint8Array }[] = [];

  /**
   * `beginning`: it is written from the first byte on. `middle`: from any, so what belongs to a line that began before is
   * left out, and lines have no numbers until `number` tells one.
   */
  constructor(from: "beginning" | "middle" = "beginning", limits: LineBufferLimits = defaultLimits) {
    this.#nextNumber = from === "beginning" ? 1 : null;
    this.#skippable = from === "beginning" ? 0 : longestSkipped;
    this.#limits = limits;
  }

  /** Offset behind the last byte that came; null until something came. */
  get nextOffset(): number | null {
    return this.#nextOffset;
  }

  /** Adds bytes of the output from this offset on. Bytes seen before are skipped, missing ones leave a gap line. */
  write(offset: number, bytes: Uint8Array): void {
    if (this.#skippable > 0) {
      const lineBreak = bytes.indexOf(lineFeed);
      this.#skippable = lineBreak < 0 ? Math.max(0, this.#skippable - bytes.length) : 0;
      if (this.#skippable > 0) {
        this.#skipped.push({ offset, bytes });
        return;
      }
      this.#skipped = [];
      this.#append(offset + lineBreak + 1, bytes.subarray(lineBreak + 1));
    } else {
      this.#append(offset, bytes);
    }
  }

  #append(offset: number, bytes: Uint8Array): void {
    if (this.firstOffset === null) {
      this.firstOffset = offset;
      this.#openOffset = offset;
    }
    const expected = this.#nextOffset ?? offset;
    if (offset > expected) {
      this.#addGap(offset - expected);
    }
    const fresh = offset < expected ? bytes.subarray(expected - offset) : bytes;
    this.#nextOffset = Math.max(expected, offset + bytes.length);
    this.#addText(this.#decoder.decode(fresh, { stream: true }), fresh);
    this.#trim();
  }

  /** Nothing more follows: what was left out in search of a line break is shown when none came. */
  end(): void {
    const skipped = this.#skipped;
    this.#skipped = [];
    this.#skippable = 0;
    for (const { offset, bytes } of skipped) {
      this.#append(offset, bytes);
    }
  }

  /** Tells the number of the line that begins at an offset: those next to it have numbers from then on, up to a gap. */
  number(known: { offset: number; number: number }): void {
    const { lines } = this;
    const at = lines.findLastIndex(({ offset, gapBytes }) => offset === known.offset && gapBytes === 0);
    if (at < 0) {
      return;
    }
    const isGap = (index: number) => (lines[index]?.gapBytes ?? 1) > 0;
    let first = at;
    while (!isGap(first - 1)) {
      first -= 1;
    }
    let index = first;
    for (; !isGap(index); index += 1) {
      const line = lines[index];
      if (line !== undefined) {
        lines[index] = { ...line, number: known.number + index - at };
      }
    }
    if (index === lines.length) {
      this.#nextNumber = known.number + index - at - (this.#isOpenShown ? 1 : 0);
    }
  }

  /** Every line break of the text is one of the bytes it was decoded from, which say where the next line begins. */
  #addText(text: string, bytes: Uint8Array): void {
    if (text === "") {
      return;
    }
    const bytesBefore = (this.#nextOffset ?? 0) - bytes.length;
    let lineBreak = -1;
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#extendOpen(text.slice(start, end));
      this.#showOpen();
      this.#closeOpen();
      lineBreak = bytes.indexOf(lineFeed, lineBreak + 1);
      this.#openOffset = bytesBefore + lineBreak + 1;
      start = end + 1;
    }
    if (start < text.length) {
      this.#extendOpen(text.slice(start));
      this.#showOpen();
    }
  }

  #extendOpen(text: string): void {
    this.#open += text;
    if (this.#open.length > longProgressLine && this.#open.includes("\r")) {
      this.#forgetOldProgress();
    }
    const excess = this.#open.length - this.#limits.maxLineCharacters;
    if (excess > 0) {
      this.#openCut += excess;
      this.#open = this.#open.slice(0, this.#limits.maxLineCharacters);
    }
  }

  #forgetOldProgress(): void {
    const latest = this.#open.lastIndexOf("\r", this.#open.length - 2);
    const keepFrom = latest <= 0 ? -1 : this.#open.lastIndexOf("\r", latest - 1);
    if (keepFrom > 0) {
      this.#carry = styleAfter(this.#open.slice(0, keepFrom), this.#carry);
      this.#open = this.#open.slice(keepFrom + 1);
    }
  }

  #showOpen(): void {
    const previous = this.#isOpenShown ? this.lines.pop() : undefined;
    this.#characters -= previous?.text.length ?? 0;
    const line = { text: this.#open, carry: this.#carry, cutCharacters: this.#openCut, gapBytes: 0 };
    this.#push({ ...line, offset: this.#openOffset, key: previous?.key ?? this.#nextKey++, number: this.#nextNumber });
    this.#isOpenShown = true;
  }

  #closeOpen(): void {
    this.#carry = styleAfter(this.#open, this.#carry);
    this.#open = "";
    this.#openCut = 0;
    this.#isOpenShown = false;
    if (this.#nextNumber !== null) {
      this.#nextNumber += 1;
    }
  }

  #addGap(gapBytes: number): void {
    this.#decoder = new TextDecoder();
    if (this.#isOpenShown) {
      this.#closeOpen();
    }
    this.#carry = "";
    const offset = this.#nextOffset ?? 0;
    this.#push({ key: this.#nextKey++, number: null, offset, text: "", carry: "", cutCharacters: 0, gapBytes });
    this.#openOffset = offset + gapBytes;
    this.#nextNumber = null;
  }

  #push(line: BufferedLine): void {
    this.lines.push(line);
    this.#characters += line.text.length;
  }

  /** Drops a fifth at a time, so that the cost of moving the array is spread over many writes. */
  #trim(): void {
    const factor = this.isHeld ? heldFactor : 1;
    const maxCharacters = this.#limits.maxCharacters * factor;
    const maxLines = this.#limits.maxLines * factor;
    if (this.#characters <= maxCharacters && this.lines.length <= maxLines) {
      return;
    }
    let count = Math.max(0, this.lines.length - Math.floor(maxLines * 0.8));
    let characters = this.#characters;
    for (let index = 0; index < count; index += 1) {
      characters -= this.lines[index]?.text.length ?? 0;
    }
    while (characters > maxCharacters * 0.8 && count < this.lines.length - 1) {
      characters -= this.lines[count]?.text.length ?? 0;
      count += 1;
    }
    this.lines.splice(0, count);
    this.#characters = characters;
    this.droppedLines += count;
  }
}

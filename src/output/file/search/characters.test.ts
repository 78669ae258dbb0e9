import fc from "fast-check";
import { expect, test } from "vitest";
import { byteOfUnit, characterStart, unitsIn } from "./characters.ts";

/** Bytes as they come: text of all lengths, cut characters, stray continuation bytes, long enough for every step. */
const bytes = fc
  .array(
    fc.oneof(
      fc.constantFrom("a", "\u00e4", "\u20ac", "\u{1f600}").map((text) => Buffer.from(text)),
      fc.uint8Array({ minLength: 1, maxLength: 5 }).map((part) => Buffer.from(part)),
      fc.constantFrom("\u{1f600}", "\u20ac", "x").map((text) => Buffer.alloc(3001, text)),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts));

test("bytes cut at a character start decode to the same text as the whole", () => {
  const property = fc.property(bytes, fc.nat({ max: 40_000 }), (whole, near) => {
    const at = characterStart(whole, near % (whole.length + 1));
    expect(whole.toString("utf8", 0, at) + whole.toString("utf8", at)).toBe(whole.toString());
  });
  fc.assert(property, { numRuns: 300 });
});

test("the byte of a character is where the text before it ends, for each character", () => {
  const property = fc.property(bytes, fc.nat({ max: 40_000 }), (whole, near) => {
    const text = whole.toString();
    const start = near % (text.length + 1);
    const isWithinPair = /[\udc00-\udfff]/.test(text[start] ?? "");
    fc.pre(!isWithinPair);
    const at = byteOfUnit(whole, start);
    expect(unitsIn(whole.subarray(0, at))).toBe(start);
    expect(whole.toString("utf8", at)).toBe(text.slice(start));
  });
  fc.assert(property, { numRuns: 300 });
});

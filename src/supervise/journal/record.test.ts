import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JournalRecord, parseRecord } from "./record.ts";

/**
 * A record may be cut at any byte (a full disk, a loss of power), be followed by the next one on the same line, or by the
 * zeros that a loss of power leaves. What was cut may be missing; it must never be read as something that was not written.
 */
const hex = fc.stringMatching(/^[0-9a-f]{12}$/);
const number = fc.integer({ min: 1, max: 4_194_304 });
const seconds = fc.integer({ min: 0, max: 2_000_000_000 });
const fraction = fc.stringMatching(/^\d{1,6}$/);
const time = fc.oneof(
  fc.tuple(seconds, fraction).map(([whole, part]) => `${whole}.${part}`),
  fc.tuple(seconds, fraction).map(([whole, part]) => `u${whole}.${part}`),
);
const key = fc.tuple(number, fc.integer({ min: 1, max: 20 }), hex).map((parts) => parts.join("."));
const status = fc.integer({ min: 0, max: 255 });
const incarnation = fc.tuple(hex, number).map(([boot, start]) => `${boot}-4c1d.${start}`);
const problem = fc.constantFrom("output", "no-directory", "no-program", "not-executable", "files");

const line = fc.oneof(
  fc.tuple(incarnation, number).map(([life, generation]) => `h 1 ${life} ${generation} .`),
  fc.tuple(number, number, time).map((words) => `l ${words.join(" ")} .`),
  fc.tuple(key, number, number, number, time).map((words) => `p ${words.join(" ")} .`),
  fc.tuple(key, problem, time).map((words) => `f ${words.join(" ")} .`),
  fc
    .tuple(key, number, status, fc.constantFrom("", "?"), time, number, number)
    .map(([ofKey, pid, code, mark, at, user, system]) => `x ${ofKey} ${pid} ${code}${mark} ${at} ${user} ${system} .`),
  fc
    .tuple(number, fc.constantFrom("Killed", "Exit 137", "Done(130)", "Segmentation fault", "Terminated"))
    .map(([pid, words]) => `[1]+  ${pid} ${words}                 c "$2"`),
);

function recordsOf(text: string): JournalRecord[] {
  return text
    .split("\n")
    .map((written) => parseRecord(written, 1_000_000))
    .filter((record) => record !== null);
}

/** Only the shell's own word can be cut and still be one, where what is left says the same. */
function isWhole(record: JournalRecord): boolean {
  return record.kind !== "state";
}

describe("records that were cut", () => {
  it("reads each whole record as it was written", () => {
    fc.assert(
      fc.property(line, (written) => {
        expect(recordsOf(`${written}\n`)).toHaveLength(1);
      }),
    );
  });

  it("never reads a cut record as another, at any place of the cut", () => {
    fc.assert(
      fc.property(line, (written) => {
        const [whole] = recordsOf(`${written}\n`);
        for (let length = 0; length < written.length; length += 1) {
          for (const record of recordsOf(`${written.slice(0, length)}\n`)) {
            expect(record.kind).toBe("state");
            expect(record).toEqual(whole);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("finds the record behind one that was cut, and nothing else, at any place of the cut", () => {
    fc.assert(
      fc.property(line, line, (cut, next) => {
        fc.pre(!next.startsWith("["));
        const [whole] = recordsOf(`${next}\n`);
        for (let length = 0; length <= cut.length; length += 1) {
          expect(recordsOf(`${cut.slice(0, length)}${next}\n`)).toEqual([whole]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each(["\0", "\xff", "[1]+ ", "x ", "p 1 ", " ."])(
    "reads nothing that was not written among garbage (%j)",
    (piece) => {
      const garbage = fc.array(fc.oneof(fc.constant(piece), fc.string({ maxLength: 3 })), { maxLength: 20 });
      fc.assert(
        fc.property(garbage, line, (pieces, next) => {
          const written = pieces.join("").replaceAll("\n", "");
          const records = recordsOf(`${written}\n${next}\n`);
          expect(records.filter(isWhole).length).toBeLessThanOrEqual(1);
          expect(records.at(-1)).toEqual(recordsOf(`${next}\n`)[0]);
        }),
      );
    },
  );

  it("finds the record behind zeros", () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 1, max: 5000 }), (next, zeros) => {
        expect(recordsOf(`${"\0".repeat(zeros)}${next}\n`)).toEqual(recordsOf(`${next}\n`));
      }),
    );
  });

  it("reads nothing from a record that has zeros inside", () => {
    fc.assert(
      fc.property(line, fc.double({ min: 0, max: 1, noNaN: true }), (written, place) => {
        const at = Math.floor(place * written.length);
        const [whole] = recordsOf(`${written}\n`);
        for (const record of recordsOf(`${written.slice(0, at)}\0\0\0${written.slice(at + 3)}\n`)) {
          // The key may be damaged (then it is no attempt's) or the shell's words; never a number.
          const damaged = { ...record, key: "", incarnation: "", isExit: false };
          expect(damaged).toEqual({ ...whole, key: "", incarnation: "", isExit: false });
        }
      }),
    );
  });
});

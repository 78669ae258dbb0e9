import { z } from "zod";

/**
 * The kinds of fields requests are made of. Text reaches a process through C strings and a shell script,
 * so a NUL byte or half a surrogate pair is refused here, before anything is stored.
 */
const notBlank = "This field may not be blank.";

function isCleanText(value: string): boolean {
  return !value.includes("\0") && value.isWellFormed();
}

function cleanText(): z.ZodString {
  return z.string().refine(isCleanText, { error: "Null characters and broken UTF-16 are not allowed." }) as z.ZodString;
}

/** One line of text for people: trimmed, never blank. */
export function label(maxCharacters: number): z.ZodString {
  return cleanText().trim().min(1, { error: notBlank, abort: true }).max(maxCharacters);
}

/** Free text that may be empty. */
export function freeText(maxCharacters: number): z.ZodString {
  return cleanText().max(maxCharacters);
}

/** Text handed to a process as it is: not trimmed, but not blank either. The limit counts UTF-8 bytes. */
export function processText(maxBytes: number) {
  return cleanText()
    .refine((value) => value.trim() !== "", { error: notBlank, abort: true })
    .refine((value) => utf8Length(value) <= maxBytes, {
      error: `Ensure this field has no more than ${maxBytes} bytes.`,
    });
}

/** Text handed to a process that may be empty (an argument, a variable, standard input). */
export function processValue(maxBytes: number) {
  return cleanText().refine((value) => utf8Length(value) <= maxBytes, {
    error: `Ensure this field has no more than ${maxBytes} bytes.`,
  });
}

/** What to look for within lines: taken as it is, blanks count. */
export function searchText(maxCharacters: number) {
  return z
    .string()
    .min(1, { error: notBlank, abort: true })
    .max(maxCharacters)
    .refine((value) => value.isWellFormed(), { error: "Broken UTF-16 is not allowed." })
    .refine((value) => !value.includes("\n"), { error: "A match lies within one line: leave out the line break." });
}

/** A point in time in a request: ISO 8601 with a zone; becomes epoch milliseconds. */
export function timeInput() {
  return z
    .string()
    .refine((value) => isoTime.test(value) && !Number.isNaN(Date.parse(value)), {
      error: "Datetime has wrong format. Use ISO 8601 with a zone, like 2026-04-01T12:00:00Z.",
    })
    .meta({ format: "date-time" });
}

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** A whole number in a query string or a path, written in digits: Number() alone would also take 0x1, 1e3 and blanks. */
export function wholeNumber(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER) {
  const isNoNumber = (issue: { code?: string }) => issue.code === "invalid_type";
  const number = z
    .number({ error: (issue) => (isNoNumber(issue) ? "A valid integer is required." : undefined) })
    .int()
    .min(minimum)
    .max(maximum);
  return z.preprocess(readDigits, number);
}

function readDigits(value: unknown): unknown {
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
}

/** `true`/`1` or `false`/`0` in a query string. */
export function flag() {
  return z.enum(["true", "false", "1", "0"]).transform((value) => value === "true" || value === "1");
}

function utf8Length(value: string): number {
  return new TextEncoder().encode(value).length;
}

import type { z } from "zod";
import type { FieldErrors } from "./errors.ts";

/**
 * Turns what a schema found wrong into the messages the API has always used: one list per field, all fields at once.
 * A schema may still give a message of its own; it wins over these.
 */
export type Parsed<T> = { ok: true; value: T } | { ok: false; errors: FieldErrors };

export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): Parsed<z.output<Schema>> {
  const result = schema.safeParse(input, { error: messageOf, reportInput: true });
  if (result.success) {
    return { ok: true, value: result.data };
  }
  return { ok: false, errors: toFieldErrors(result.error.issues, input) };
}

function toFieldErrors(issues: readonly z.core.$ZodIssue[], input: unknown): FieldErrors {
  const errors: FieldErrors = {};
  for (const issue of issues) {
    const [field, ...inner] = issue.path;
    const key = field === undefined ? "non_field_errors" : String(field);
    const text = field === undefined && issue.code === "invalid_type" ? notADictionary(input) : issue.message;
    const message = inner.length === 0 ? text : `${inner.join(".")}: ${text}`;
    const list = errors[key] ?? [];
    if (!list.includes(message)) {
      list.push(message);
    }
    errors[key] = list;
  }
  return errors;
}

function notADictionary(input: unknown): string {
  const kind = Array.isArray(input) ? "list" : input === null ? "null" : typeof input;
  return `Invalid data. Expected a dictionary, but got ${kind}.`;
}

const typeMessages: Readonly<Record<string, string>> = {
  string: "Not a valid string.",
  number: "A valid number is required.",
  int: "A valid integer is required.",
  boolean: "Must be a valid boolean.",
  array: "Expected a list of items.",
  object: "Expected an object.",
  record: "Expected an object.",
  nan: "A valid number is required.",
};

function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) {
    return "This field is required.";
  }
  if (issue.input === null) {
    return "This field may not be null.";
  }
  switch (issue.code) {
    case "invalid_type":
      return typeMessages[issue.expected];
    case "too_big":
      return sizeMessage(issue.origin, "no more than", "less than or equal to", issue.maximum);
    case "too_small":
      return sizeMessage(issue.origin, "at least", "greater than or equal to", issue.minimum);
    case "invalid_value":
      return `Must be one of: ${issue.values.map(String).join(", ")}.`;
    default:
      return undefined;
  }
}

function sizeMessage(origin: string, count: string, bound: string, limit: number | bigint): string {
  if (origin === "string") {
    return `Ensure this field has ${count} ${limit} characters.`;
  }
  if (origin === "array") {
    return `Ensure this field has ${count} ${limit} elements.`;
  }
  return `Ensure this value is ${bound} ${limit}.`;
}

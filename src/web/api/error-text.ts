import { ApiFailure, Unreachable } from "../../client/client.ts";
import { text } from "../text.ts";

/** What to tell the person about an error. */
export function errorText(error: unknown): string {
  if (error instanceof Unreachable) {
    return text.errors.unreachable;
  }
  if (error instanceof ApiFailure) {
    return error.message;
  }
  return text.errors.unexpected(error instanceof Error ? error.message : String(error));
}

/** The messages for the fields of a form, and what belongs to none of them in one text (null when there is nothing). */
export function formErrors(
  error: unknown,
  fields: readonly string[],
): { byField: Record<string, string>; rest: string | null } {
  if (!(error instanceof ApiFailure) || Object.keys(error.fields).length === 0) {
    return { byField: {}, rest: error === null || error === undefined ? null : errorText(error) };
  }
  const byField: Record<string, string> = {};
  const rest: string[] = [];
  for (const [field, messages] of Object.entries(error.fields)) {
    const message = messages.join(" ");
    if (fields.includes(field)) {
      byField[field] = message;
    } else {
      rest.push(field === "non_field_errors" ? message : `${field}: ${message}`);
    }
  }
  return { byField, rest: rest.length === 0 ? null : rest.join("\n") };
}

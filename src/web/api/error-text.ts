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

/**
 * The messages for the fields of a form, and what belongs to none of them in one text (null when there is nothing).
 * A field inside another one is named with dots: the server's `limits: ["memory_bytes: …"]` is for `limits.memory_bytes`.
 */
export function formErrors(
  error: unknown,
  fields: readonly string[],
): { byField: Record<string, string>; rest: string | null } {
  if (!(error instanceof ApiFailure) || Object.keys(error.fields).length === 0) {
    return { byField: {}, rest: error === null || error === undefined ? null : errorText(error) };
  }
  const byField: Record<string, string> = {};
  const rest: string[] = [];
  for (const [outer, messages] of Object.entries(error.fields)) {
    for (const message of messages) {
      const place = placeOf(outer, message, fields);
      if (place === null) {
        rest.push(outer === "non_field_errors" ? message : `${outer}: ${message}`);
      } else {
        byField[place.field] = [byField[place.field], place.message].filter(Boolean).join(" ");
      }
    }
  }
  return { byField, rest: rest.length === 0 ? null : rest.join("\n") };
}

/** The innermost field of the form that a message is about; null when the form has none. */
function placeOf(outer: string, message: string, fields: readonly string[]) {
  const [, path = "", inner = ""] = /^([a-z_]+(?:\.\w+)*): (.*)$/s.exec(message) ?? [];
  const parts = path === "" ? [] : path.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const field = [outer, ...parts.slice(0, length)].join(".");
    if (fields.includes(field)) {
      return { field, message: inner };
    }
  }
  return fields.includes(outer) ? { field: outer, message } : null;
}

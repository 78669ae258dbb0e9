import { formText } from "../form-text.ts";
import { parseDurationText } from "./duration-text.ts";
import { parseSizeText } from "./size-text.ts";

/** Messages by the name of the field; one inside another has a dot: `limits.memory_bytes`. */
export type FieldProblems = Partial<Record<string, string>>;

/** Reads what was typed, field after field, and notes what cannot be read. Null is an empty field, or one noted so. */
export class FieldReader {
  readonly problems: FieldProblems = {};

  /** Seconds. */
  duration(field: string, typed: string): number | null {
    return this.#read(field, parseDurationText(typed), formText.limits.timeoutProblem);
  }

  /** Bytes. */
  size(field: string, typed: string): number | null {
    return this.#read(field, parseSizeText(typed), formText.limits.sizeProblem);
  }

  wholeNumber(field: string, typed: string): number | null {
    const number = /^\s*-?\d+\s*$/.test(typed) ? Number(typed) : undefined;
    return this.#read(field, typed.trim() === "" ? null : number, formText.limits.numberProblem);
  }

  /** A share between 0 and 1, typed in percent. */
  percentage(field: string, typed: string): number | null {
    const number = /^\s*\d+(\.\d+)?\s*%?\s*$/.test(typed) ? Number.parseFloat(typed) / 100 : undefined;
    const share = number !== undefined && number > 1 ? undefined : number;
    return this.#read(field, typed.trim() === "" ? null : share, formText.retry.percentProblem);
  }

  /** A time as `2026-04-01T12:00` in the reader's zone, to one that says its zone. */
  moment(field: string, typed: string): string | null {
    const time = new Date(typed).getTime();
    const iso = Number.isNaN(time) ? undefined : new Date(time).toISOString();
    return this.#read(field, typed === "" ? null : iso, formText.when.runAtProblem);
  }

  note(field: string, problem: string): void {
    this.problems[field] = problem;
  }

  #read<Value>(field: string, value: Value | null | undefined, problem: string): Value | null {
    if (value === undefined) {
      this.note(field, problem);
      return null;
    }
    return value;
  }
}

import { formText } from "../form-text.ts";
import { text } from "../text.ts";
import { parseDurationText } from "./duration-text.ts";
import { parseSizeText } from "./size-text.ts";

/** Messages by the name of the field; one inside another has a dot: `limits.memory_bytes`. */
export type FieldProblems = Partial<Record<string, string>>;

/** Reads what was typed, field after field, and notes what cannot be read. Null is an empty field, or one noted so. */
export class FieldReader {
  readonly problems: FieldProblems = {};

  /** Seconds. */
  duration(field: string, typed: string): number | null {
    return this.#read(field, parseDurationText(typed), text.newTask.timeoutProblem);
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

  note(field: string, problem: string): void {
    this.problems[field] = problem;
  }

  #read(field: string, value: number | null | undefined, problem: string): number | null {
    if (value === undefined) {
      this.note(field, problem);
      return null;
    }
    return value;
  }
}

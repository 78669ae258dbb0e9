import { UsageError } from "./failure.ts";

/** A task id on the command line. Throws UsageError. */
export function parseTaskId(text: string): number {
  const id = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(id) || id === 0) {
    throw new UsageError(`"${text}" is not a task id. Ids are whole numbers like 42; "utm ls" shows them.`);
  }
  return id;
}

/** For variadic ids: adds one to those read before. */
export function collectTaskIds(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), parseTaskId(text)];
}

/** For options that can be given several times. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** A parser for whole numbers of at least the minimum; `name` is how the option is called in the message. */
export function wholeNumberOption(name: string, minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum) {
      const least = Number.isFinite(minimum) ? ` of at least ${minimum}` : "";
      throw new UsageError(`${name} takes a whole number${least}, not "${text}".`);
    }
    return value;
  };
}

/** A parser for numbers from 0 on, fractions allowed. */
export function secondsOption(name: string): (text: string) => number {
  return (text) => {
    if (!/^\d+(\.\d+)?$/.test(text)) {
      throw new UsageError(`${name} takes a number of seconds, not "${text}".`);
    }
    return Number(text);
  };
}

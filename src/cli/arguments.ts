import { type SignalName, signalNames } from "../contract/index.ts";
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

/** A parser for numbers from the minimum to the maximum, fractions allowed. */
export function numberOption(name: string, minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < minimum || value > maximum) {
      throw new UsageError(`${name} takes a number from ${minimum} to ${maximum}, not "${text}".`);
    }
    return value;
  };
}

/** A parser that also takes the word `none`: no such limit. (The command line's library makes null an empty text.) */
export function orNone<T>(parse: (text: string) => T): (text: string) => T | "none" {
  return (text) => (text.trim().toLowerCase() === "none" ? "none" : parse(text));
}

/** The value for the API, where null stands for none. */
export function nullForNone<T>(value: T | "none" | undefined): T | null | undefined {
  return value === "none" ? null : value;
}

/** A parser for one word out of a list. */
export function wordOption<const Word extends string>(name: string, words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((known) => known === text.trim().toLowerCase());
    if (word === undefined) {
      throw new UsageError(`${name} takes one of ${words.join(", ")}, not "${text}".`);
    }
    return word;
  };
}

/** A signal that can be sent: `TERM`, `term` and `SIGTERM` are the same. Throws UsageError. */
export function parseSignal(text: string): SignalName {
  const upper = text.toUpperCase();
  const name = signalNames.find((known) => known === upper || known === `SIG${upper}`);
  if (name !== undefined) {
    return name;
  }
  const isStop = /^(SIG)?(STOP|TSTP|TTIN|TTOU|CONT)$/.test(upper);
  const hint = isStop
    ? 'To stop and continue a task, use "utm suspend" and "utm resume".'
    : `Use one of ${signalNames.map((signal) => signal.slice(3)).join(", ")}.`;
  throw new UsageError(`"${text}" is not a signal that can be sent. ${hint}`);
}

import { nodeLabelPattern } from "../contract/index.ts";

/** Reads one setting's text. A problem completes the sentence "PORT must be …". */
export type Parse<T> = (text: string) => { value: T } | { problem: string };

export const text: Parse<string> = (input) =>
  input.trim() === "" ? { problem: "a text that is not empty" } : { value: input.trim() };

/** Labels separated by commas; each once. */
export const labels: Parse<string[]> = (input) => {
  const words = input.split(",").map((word) => word.trim());
  const value = [...new Set(words.filter((word) => word !== ""))];
  return value.length <= 16 && value.every((word) => nodeLabelPattern.test(word))
    ? { value }
    : { problem: "up to 16 labels of small letters, digits and . _ = -, separated by commas" };
};

export function integer(minimum: number, maximum: number): Parse<number> {
  return (input) => {
    const value = Number(input);
    const isFine = /^\d+$/.test(input.trim()) && value >= minimum && value <= maximum;
    return isFine ? { value } : { problem: `a whole number from ${minimum} to ${maximum}` };
  };
}

export function numberAtLeast(minimum: number): Parse<number> {
  return (input) => {
    const value = Number(input);
    const isFine = input.trim() !== "" && Number.isFinite(value) && value >= minimum;
    return isFine ? { value } : { problem: `a number, ${minimum} or more` };
  };
}

/** A size like 64M; 0, or at least the minimum. */
export function bytes(minimum: number): Parse<number> {
  const factors: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
  return (input) => {
    const match = /^(\d+)\s*([KMG]?)(i?B)?$/i.exec(input.trim());
    const value = Number(match?.[1]) * (factors[match?.[2]?.toUpperCase() ?? ""] ?? 1);
    const isFine = match !== null && Number.isSafeInteger(value) && (value === 0 || value >= minimum);
    return isFine ? { value } : { problem: `a size like 64M or 2G, 0 or at least ${minimum} bytes` };
  };
}

/** on or off, as people write it. */
export const flag: Parse<boolean> = (input) => {
  const word = input.trim().toLowerCase();
  if (["on", "true", "yes", "1"].includes(word)) {
    return { value: true };
  }
  return ["off", "false", "no", "0"].includes(word) ? { value: false } : { problem: "on or off" };
};

export function oneOf<const T extends string>(choices: readonly T[]): Parse<T> {
  return (input) => {
    const value = choices.find((choice) => choice === input.trim());
    return value === undefined ? { problem: `one of: ${choices.join(", ")}` } : { value };
  };
}

/** A URL with one of the schemes, kept as it was written. */
export function url(schemes: readonly string[]): Parse<string> {
  return (input) => {
    const value = input.trim();
    const isFine = URL.canParse(value) && schemes.includes(new URL(value).protocol);
    return isFine
      ? { value }
      : { problem: `a URL that starts with ${schemes.map((scheme) => `${scheme}`).join(" or ")}` };
  };
}

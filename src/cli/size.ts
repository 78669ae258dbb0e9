import { UsageError } from "./failure.ts";

const powers: Readonly<Record<string, number>> = { K: 1, M: 2, G: 3, T: 4 };

/** Bytes of `512M`, `1.5GiB`, `64KB` or `1048576`: K, M, G and T count in 1024, KB, MB, GB and TB in 1000. Throws UsageError. */
export function parseSizeBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])(B|iB)?|B)?$/i.exec(text.trim());
  if (match === null) {
    throw wrongSize(text);
  }
  const [, amount, unit, suffix] = match;
  const base = suffix?.toLowerCase() === "b" ? 1000 : 1024;
  const bytes = Math.round(Number(amount) * base ** (powers[unit?.toUpperCase() ?? ""] ?? 0));
  if (bytes < 1 || !Number.isSafeInteger(bytes)) {
    throw wrongSize(text);
  }
  return bytes;
}

function wrongSize(text: string): UsageError {
  return new UsageError(`"${text}" is not a size. Use something like 512M, 1.5G or 1048576 (bytes).`);
}

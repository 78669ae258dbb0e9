const kibi = 1024;
const unitBytes: Readonly<Record<string, number>> = {
  b: 1,
  k: kibi,
  kib: kibi,
  kb: 1000,
  m: kibi ** 2,
  mib: kibi ** 2,
  mb: 1000 ** 2,
  g: kibi ** 3,
  gib: kibi ** 3,
  gb: 1000 ** 3,
  t: kibi ** 4,
  tib: kibi ** 4,
  tb: 1000 ** 4,
};

/**
 * Bytes of a size as a person writes it: `512 MiB`, `2G`, `1.5 GB`. Empty means none. Undefined is no size: a number
 * without a unit is none either, for nobody can know which unit was meant.
 */
export function parseSizeText(text: string): number | null | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === "") {
    return null;
  }
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(trimmed) ?? [];
  const factor = unitBytes[unit];
  return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** The same number of bytes as text, exactly. */
export function formatSizeText(bytes: number): string {
  for (const [power, unit] of [
    [4, "TiB"],
    [3, "GiB"],
    [2, "MiB"],
    [1, "KiB"],
  ] as const) {
    const factor = kibi ** power;
    if (bytes >= factor && bytes % factor === 0) {
      return `${bytes / factor} ${unit}`;
    }
  }
  return `${bytes} B`;
}

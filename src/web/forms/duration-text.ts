const unitSeconds: Readonly<Record<string, number>> = {
  "": 1,
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
};

/** Seconds of a time as a person writes it: `90`, `30 s`, `5 min`, `1h 30m`. Empty means none; undefined is no time. */
export function parseDurationText(text: string): number | null | undefined {
  const rest = text.trim().toLowerCase();
  if (rest === "") {
    return null;
  }
  if (!/^\d[\d.a-z\s]*$/.test(rest)) {
    return undefined;
  }
  let seconds = 0;
  for (const [, amount, unit] of rest.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)) {
    const factor = unitSeconds[unit ?? ""];
    if (factor === undefined) {
      return undefined;
    }
    seconds += Number(amount) * factor;
  }
  return seconds;
}

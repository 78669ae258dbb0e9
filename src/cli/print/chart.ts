/** A series of numbers as one line of blocks, for any terminal and any log. */
const blocks = "▁▂▃▄▅▆▇█";

export type ChartPoint = { atMs: number; value: number };

/**
 * The points over time in at most that many columns, the largest value as a full block. A column shows the largest
 * value of its time, so that a short peak is seen; one without a point repeats the one before.
 */
export function sparkline(points: readonly ChartPoint[], maxColumns: number): string {
  const last = points.at(-1);
  if (last === undefined) {
    return "";
  }
  const columns = Math.min(maxColumns, points.length);
  const values: (number | null)[] = Array.from({ length: columns }, () => null);
  for (const { atMs, value } of points) {
    const column = Math.min(columns - 1, Math.floor((atMs / Math.max(1, last.atMs)) * columns));
    values[column] = Math.max(values[column] ?? 0, value);
  }
  const largest = Math.max(...points.map(({ value }) => value));
  let before = 0;
  let line = "";
  for (const value of values) {
    before = value ?? before;
    const share = largest === 0 ? 0 : before / largest;
    line += blocks[Math.round(share * (blocks.length - 1))] ?? "";
  }
  return line;
}

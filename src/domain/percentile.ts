/** Values of which only the least and the most of each group are known. */
export type ValueGroup = { count: number; least: number; most: number };

/**
 * The value that this share of all values does not exceed (nearest rank), taking those within a group for evenly spread;
 * exact for groups of one or two. Null without values.
 */
export function percentile(groups: readonly ValueGroup[], share: number): number | null {
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  let rank = Math.max(1, Math.ceil(share * total));
  for (const { count, least, most } of groups.toSorted((one, other) => one.least - other.least)) {
    if (rank <= count) {
      const step = count === 1 ? 0 : (most - least) / (count - 1);
      return Math.round(least + step * (rank - 1));
    }
    rank -= count;
  }
  return null;
}

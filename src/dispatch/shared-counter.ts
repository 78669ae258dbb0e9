/** Counts over all processes of the installation. */
export type SharedCounter = {
  /**
   * Counts one more under the key. The first of a window begins it; `leftMs` is what is left of it. Null when it cannot be
   * counted together now: never rejects, never waits longer than a moment.
   */
  count(of: { key: string; windowMs: number }): Promise<{ count: number; leftMs: number } | null>;
};

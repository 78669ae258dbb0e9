/** Search parameters as plain text, one value per name, so that addresses can be read and written by hand. */
export function readSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** The search part of an address with its question mark; empty when no parameter has a value. */
export function writeSearch(values: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") {
      search.set(name, String(value));
    }
  }
  return search.size === 0 ? "" : `?${search}`;
}

/** A word that nobody else will make. */
export function randomId(): string {
  // Not randomUUID: browsers offer that only on https and localhost.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}

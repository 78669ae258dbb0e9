/**
 * The Range header of RFC 9110, section 14, for one range of bytes. Null when there is none to honour (no header, another
 * unit, several ranges): then the whole is answered, as the RFC allows.
 */
export type ByteRange = { kind: "range"; first: number; last: number } | { kind: "unsatisfiable" } | null;

export function parseRange(header: string | undefined, size: number): ByteRange {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) {
    return null;
  }
  const [, from = "", to = ""] = match;
  if (from === "") {
    const count = Math.min(Number(to), size);
    return count === 0 ? { kind: "unsatisfiable" } : { kind: "range", first: size - count, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) {
    return null;
  }
  return first >= size ? { kind: "unsatisfiable" } : { kind: "range", first, last };
}

/** Lines of an output that an address names: `#L214`, or `#L214-L220`. */
export type LineLink = { from: number; to: number };

/** Null when the fragment, with or without its `#`, names no lines. */
export function readLineLink(fragment: string): LineLink | null {
  const [, first = "", last = first] = /^#?L([1-9]\d{0,14})(?:-L?([1-9]\d{0,14}))?$/.exec(fragment) ?? [];
  if (first === "") {
    return null;
  }
  const [from, to] = [Number(first), Number(last)].sort((one, other) => one - other);
  return from === undefined || to === undefined ? null : { from, to };
}

/** The fragment without its `#`. */
export function lineFragment({ from, to }: LineLink): string {
  return from === to ? `L${from}` : `L${from}-L${to}`;
}

/** The lines from the one linked so far to this one, as a click with Shift asks for. */
export function extended(link: LineLink | null, line: number): LineLink {
  return link === null ? { from: line, to: line } : { from: Math.min(link.from, line), to: Math.max(link.from, line) };
}

/**
 * The palette where a text has a background of its own: fixed, because such text does not stand on the page's colour.
 * `text` is the colour that is readable on it.
 */
type Ground = { colour: string; text: string };

const dark = "#111417";
const light = "#ffffff";

const grounds: Readonly<Record<string, Ground>> = {
  black: { colour: "#111417", text: light },
  red: { colour: "#b3201d", text: light },
  green: { colour: "#1f7a37", text: light },
  yellow: { colour: "#dcb440", text: dark },
  blue: { colour: "#2458b8", text: light },
  magenta: { colour: "#8e2f87", text: light },
  cyan: { colour: "#15707f", text: light },
  white: { colour: "#d5d9dd", text: dark },
  "bright-black": { colour: "#565d65", text: light },
  "bright-red": { colour: "#ff8d89", text: dark },
  "bright-green": { colour: "#79dc93", text: dark },
  "bright-yellow": { colour: "#f5cb7d", text: dark },
  "bright-blue": { colour: "#8cc4ff", text: dark },
  "bright-magenta": { colour: "#efa5e8", text: dark },
  "bright-cyan": { colour: "#7fdbe8", text: dark },
  "bright-white": { colour: "#ffffff", text: dark },
};

/** Colours of a text on a background; names of the palette or `rgb(…)`, a null foreground means the terminal's own. */
export function coloursOnBackground(
  foreground: string | null,
  background: string,
): { color: string; backgroundColor: string } {
  const ground = grounds[background] ?? { colour: background, text: readableOn(background) };
  const color = foreground === null ? ground.text : (grounds[foreground]?.colour ?? foreground);
  return { color, backgroundColor: ground.colour };
}

/** Black or white, whichever stands out more from an `rgb(r, g, b)`. */
function readableOn(rgb: string): string {
  const [red = 0, green = 0, blue = 0] = (rgb.match(/\d+/g) ?? []).map(Number);
  return red * 0.299 + green * 0.587 + blue * 0.114 > 140 ? dark : light;
}

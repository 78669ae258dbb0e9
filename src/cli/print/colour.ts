import { styleText } from "node:util";

export type Colour = "gray" | "blue" | "green" | "red" | "yellow" | "bold";

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** Paints only for a terminal, and never when NO_COLOR is set (https://no-color.org). */
export function painter(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Paint {
  const isPlain = stream.isTTY !== true || (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return isPlain ? (_, text) => text : (colour, text) => styleText(colour, text, { validateStream: false });
}

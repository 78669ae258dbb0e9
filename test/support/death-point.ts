import type { DeathPoint } from "./die-at.ts";

/** The options for Node that make a server kill itself at this step. */
export function dieAt(point: DeathPoint): string[] {
  const address = new URL("die-at.ts", import.meta.url);
  address.searchParams.set("point", JSON.stringify(point));
  return ["--import", address.href];
}

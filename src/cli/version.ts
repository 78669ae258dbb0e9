import { readFileSync } from "node:fs";

/** This program's version, from its package.json; sources and compiled files lie equally deep. */
export function ownVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where this program lives: two folders up, from src/server in a checkout as from dist/server in a package. */
const root = fileURLToPath(new URL("../../", import.meta.url));

/** Version of the package this program is part of. */
export function readVersion(): string {
  return (JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string }).version;
}

/** Folder of the built web page. */
export const webDirectory = `${root}dist/web`;

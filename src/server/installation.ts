import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where this program itself lives: its version, and the built web page. */
const root = fileURLToPath(new URL("../../", import.meta.url));

/** Version of the package this program is part of. */
export function readVersion(): string {
  const isPackage = existsSync(`${root}package.json`);
  const path = isPackage ? `${root}package.json` : `${root}../package.json`;
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** Folder of the built web page: dist/web, whether this runs from sources or from dist. */
export function webDirectory(): string {
  return existsSync(`${root}dist/web`) ? `${root}dist/web` : `${root}web`;
}

import { once } from "node:events";
import type { Deps } from "../deps.ts";
import { painter } from "./colour.ts";
import type { TableOptions } from "./table.ts";

/** Prints a value as JSON, indented, for programs and people alike. */
export function printJson(deps: Deps, value: unknown): void {
  deps.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** How tables and fields should look on this standard output. */
export function tableOptions(deps: Deps): TableOptions {
  return {
    width: deps.stdout.isTTY === true && deps.stdout.columns > 0 ? deps.stdout.columns : null,
    paint: painter(deps.stdout, deps.env),
  };
}

/** Writes raw bytes and waits while the reader is slower than we are. */
export async function writeBytes(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  if (!stream.write(bytes)) {
    await once(stream, "drain");
  }
}

import { readFile } from "node:fs/promises";
import type { Deps } from "./deps.ts";
import { CliFailure, systemCode } from "./failure.ts";

/** The text of a file, or of standard input for `-`. Throws CliFailure when it cannot be read or is not UTF-8. */
export async function readText(path: string, deps: Deps): Promise<string> {
  return path === "-" ? decode(await readAll(deps.stdin), "Standard input") : decode(await readBytes(path), path);
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const why = systemCode(error) === "ENOENT" ? "it does not exist" : systemCode(error);
    throw new CliFailure(`Cannot read ${path}: ${why}.`, { cause: error });
  }
}

async function readAll(stream: NodeJS.ReadStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new CliFailure(`${name} is not UTF-8 text. Only text can be sent to a task.`, { cause: error });
  }
}

/** A password from standard input: its first and only line, without the line end. Throws CliFailure. */
export async function readPassword(deps: Deps): Promise<string> {
  const text = (await readText("-", deps)).replace(/\r?\n$/, "");
  if (text === "") {
    throw new CliFailure("No password came on standard input.");
  }
  if (text.includes("\n")) {
    throw new CliFailure("Standard input holds more than one line; --password-stdin takes the password alone.");
  }
  return text;
}

import { maxLinesPerPage } from "../../contract/index.ts";
import { composeLine, plainText } from "../terminal/compose-line.ts";
import { viewerText } from "../viewer-text.ts";
import { client, contract } from "./client.ts";

/** Texts of outputs as a terminal would show them; null when there is more than the limit. Throw ApiFailure, Unreachable. */
type Limited = { attempt: number; mostBytes: number };

export async function fetchLines(
  id: number,
  { from, to }: { from: number; to: number },
  { attempt, mostBytes }: Limited,
): Promise<string | null> {
  const lines: string[] = [];
  let length = 0;
  let next = from;
  while (next <= to) {
    const query = { from: next, count: Math.min(maxLinesPerPage, to - next + 1), attempt };
    const page = await client.call(contract.getOutputLines, { params: { id }, query });
    const last = page.lines.at(-1);
    // A page of long lines has fewer than asked for, so only its end says where to go on.
    if (last === undefined) {
      break;
    }
    for (const { text } of page.lines) {
      length += text.length;
      lines.push(shown(text));
    }
    if (length > mostBytes) {
      return null;
    }
    next = last.number + 1;
  }
  return lines.join("\n");
}

/** All of it; where the output limit removed something, it says so. */
export async function fetchOutput(id: number, { attempt, mostBytes }: Limited): Promise<string | null> {
  const response = await client.fetch(contract.getOutput, { params: { id }, query: { attempt } });
  const bytes = await readBytes(response, mostBytes);
  const gap = /^(\d+)-(\d+)$/.exec(response.headers.get("X-Output-Gap") ?? "");
  if (bytes === null || gap === null) {
    return bytes === null ? null : shownLines(bytes);
  }
  const [first, last] = [Number(gap[1]), Number(gap[2])];
  const marker = `\n[${viewerText.gap(last - first + 1)}]\n`;
  return shownLines(bytes.subarray(0, first)) + marker + shownLines(bytes.subarray(first));
}

/** What is larger than the limit is not read to its end. */
async function readBytes(response: Response, mostBytes: number): Promise<Uint8Array | null> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read()) {
    pieces.push(piece.value);
    length += piece.value.length;
    if (length > mostBytes) {
      await reader?.cancel();
      return null;
    }
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

function shownLines(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split("\n").map(shown).join("\n");
}

function shown(line: string): string {
  return plainText(composeLine(line, ""));
}

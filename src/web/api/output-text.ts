import { maxLinesPerPage } from "../../contract/index.ts";
import { composeLine, plainText } from "../terminal/compose-line.ts";
import { viewerText } from "../viewer-text.ts";
import { client, contract } from "./client.ts";

/** Some lines of an output, as a terminal would show them. Throws ApiFailure or Unreachable. */
export async function fetchLines(id: number, attempt: number, { from, to }: { from: number; to: number }) {
  const lines: string[] = [];
  for (let next = from; next <= to; ) {
    const count = Math.min(maxLinesPerPage, to - next + 1);
    const query = { from: next, count, attempt };
    const page = await client.call(contract.getOutputLines, { params: { id }, query });
    lines.push(...page.lines.map(({ text }) => shown(text)));
    if (page.lines.length < count) {
      break;
    }
    next += count;
  }
  return lines.join("\n");
}

/** All of an output the same way; where the output limit removed something, it says so. Throws as well. */
export async function fetchOutput(id: number, attempt: number): Promise<string> {
  const response = await client.fetch(contract.getOutput, { params: { id }, query: { attempt } });
  const gap = /^(\d+)-(\d+)$/.exec(response.headers.get("X-Output-Gap") ?? "");
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (gap === null) {
    return shownLines(bytes);
  }
  const [first, last] = [Number(gap[1]), Number(gap[2])];
  const marker = `\n[${viewerText.gap(last - first + 1)}]\n`;
  return shownLines(bytes.subarray(0, first)) + marker + shownLines(bytes.subarray(first));
}

function shownLines(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split("\n").map(shown).join("\n");
}

function shown(line: string): string {
  return plainText(composeLine(line, ""));
}

import type { OutputMatches } from "../../contract/index.ts";
import type { Paint } from "./colour.ts";
import { harmless } from "./text.ts";

type Match = OutputMatches["matches"][number];

/**
 * Matches as grep -n prints them: `number:line`, `number-line` for the lines around, each line once, and with context
 * `--` where lines are left out. Of a line too long to be shown whole, the part around the match, behind an ellipsis.
 */
export function renderMatches(
  matches: readonly Match[],
  context: { before: number; after: number },
  paint: Paint,
): string {
  const hasContext = context.before > 0 || context.after > 0;
  const matching = new Set(matches.map(({ number }) => number));
  let printed = 0;
  let output = "";

  function print(number: number, separator: string, text: string): void {
    if (number <= printed) {
      return;
    }
    if (hasContext && printed > 0 && number > printed + 1) {
      output += `${paint("gray", "--")}\n`;
    }
    output += `${paint("gray", `${number}${separator}`)}${text}\n`;
    printed = number;
  }

  for (const match of matches) {
    for (const [at, text] of match.before.entries()) {
      print(match.number - match.before.length + at, "-", harmless(text));
    }
    print(match.number, ":", paintMatch(match, paint));
    for (const [at, text] of match.after.entries()) {
      const number = match.number + 1 + at;
      if (matching.has(number)) {
        break;
      }
      print(number, "-", harmless(text));
    }
  }
  return output;
}

function paintMatch({ offset, text_offset, text, match_start, match_end }: Match, paint: Paint): string {
  const cut = text_offset > offset ? "…" : "";
  const matched = harmless(text.slice(match_start, match_end));
  const painted = matched === "" ? "" : paint("red", matched);
  return `${cut}${harmless(text.slice(0, match_start))}${painted}${harmless(text.slice(match_end))}`;
}

/** The ```console blocks of a document: commands after `$ `, each with the lines it is said to print. */
export type Step = { command: string; expected: string[] };

export function consoleSteps(markdown: string): Step[] {
  const steps: Step[] = [];
  for (const [, block = ""] of markdown.matchAll(/```console\n([\s\S]*?)```/g)) {
    for (const line of block.trimEnd().split("\n")) {
      if (line.startsWith("$ ")) {
        steps.push({ command: line.slice(2), expected: [] });
      } else {
        steps.at(-1)?.expected.push(line);
      }
    }
  }
  return steps;
}

/** True when the lines are those expected; `…` stands for any text, and alone on a line for any lines, or none. */
export function matches(expected: readonly string[], printed: string): boolean {
  const pattern = expected.map((line) => (line === "…" ? "(?:.*\n)*" : `${lineOf(line)}\n`)).join("");
  const isWhole = printed === "" || printed.endsWith("\n");
  return new RegExp(`^${pattern}$`).test(isWhole ? printed : `${printed}\n`);
}

/** Columns may be wider or narrower than shown: they follow what is in them. */
function lineOf(line: string): string {
  return line
    .split("…")
    .map((part) => escapePattern(part).replace(/ {2,}/g, " +"))
    .join(".*");
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

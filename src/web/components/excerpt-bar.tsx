import type { Excerpt } from "../live/use-excerpt.ts";
import { TextButton } from "../ui/text-button.tsx";
import { viewerText } from "../viewer-text.ts";
import classes from "./excerpt-bar.module.css";

const words = viewerText.excerpt;

/** Which lines of a large output are shown, and the way to those around them. */
export function ExcerptBar({ excerpt }: { excerpt: Excerpt }) {
  const numbers = excerpt.lines.map((line) => line.number).filter((number) => number !== null);
  const [first, last] = [numbers[0], numbers.at(-1)];
  return (
    <div className={classes.bar}>
      <span role="status">
        {excerpt.isLoading && words.loading}
        {first !== undefined && last !== undefined && words.range(first, last, excerpt.total)}
      </span>
      {excerpt.earlier !== null && <TextButton onClick={excerpt.earlier}>{words.earlier}</TextButton>}
      {excerpt.later !== null && <TextButton onClick={excerpt.later}>{words.later}</TextButton>}
    </div>
  );
}

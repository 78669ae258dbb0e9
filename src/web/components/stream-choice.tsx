import { type StreamChoice as Choice, streamChoices } from "../live/use-stream-lines.ts";
import { viewerText } from "../viewer-text.ts";
import classes from "./stream-choice.module.css";

const words = viewerText.streams;

/** Which lines of a marked output are shown. */
export function StreamChoice({ chosen, onChoose }: { chosen: Choice; onChoose: (chosen: Choice) => void }) {
  return (
    <select
      className={classes.choice}
      aria-label={words.label}
      title={words.title}
      data-chosen={chosen !== "all" || undefined}
      value={chosen}
      onChange={(event) => {
        const next = streamChoices.find((choice) => choice === event.currentTarget.value);
        onChoose(next ?? "all");
      }}
    >
      {streamChoices.map((choice) => (
        <option key={choice} value={choice}>
          {words.choices[choice]}
        </option>
      ))}
    </select>
  );
}

import type { LineTime } from "../task/line-times.ts";
import { formatMoment } from "../ui/durations.ts";
import { viewerText } from "../viewer-text.ts";
import classes from "./output-line.module.css";

/** Looks further apart than this tell a time that should not be taken for exact. */
const closeMs = 2500;

/** The latest a line can have been written, in the reader's zone; the whole of what is known on hover. */
export function LineTimeCell({ time }: { time: LineTime | null }) {
  if (time === null) {
    return <span className={classes.time} />;
  }
  const { fromMs, toMs } = time;
  const between = [fromMs, toMs].map((ms) => formatMoment(new Date(ms).toISOString()));
  return (
    <time
      className={classes.time}
      dateTime={new Date(toMs).toISOString()}
      title={viewerText.times.between(between[0] ?? "", between[1] ?? "")}
    >
      {toMs - fromMs > closeMs ? viewerText.times.by(clockOf(toMs)) : clockOf(toMs)}
    </time>
  );
}

/** Made for thousands a second, which the browser's own formatting is not. */
function clockOf(ms: number): string {
  const moment = new Date(ms);
  return [moment.getHours(), moment.getMinutes(), moment.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

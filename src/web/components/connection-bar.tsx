import { retryNow, useConnection } from "../live/connection.ts";
import { text } from "../text.ts";
import { useTimeText } from "../ui/clock.ts";
import classes from "./connection-bar.module.css";

/** A thin bar while the server cannot be heard. It goes by itself; the page stays usable for reading. */
export function ConnectionBar() {
  const connection = useConnection();
  return <div role="status">{connection.isLost && <LostBar retryAtMs={connection.retryAtMs} />}</div>;
}

function LostBar({ retryAtMs }: { retryAtMs: number }) {
  const words = useTimeText((nowMs) => text.connection.lost(Math.max(0, Math.ceil((retryAtMs - nowMs) / 1000))));
  return (
    <div className={classes.bar}>
      <span>{words}</span>
      <button type="button" onClick={retryNow} className={classes.button}>
        {text.connection.now}
      </button>
    </div>
  );
}

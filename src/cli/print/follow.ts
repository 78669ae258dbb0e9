import type { FollowEvent } from "../../client/follow.ts";
import { type Deps, tell } from "../deps.ts";
import { writeBytes } from "./output.ts";

export type FollowPrinterOptions = {
  /** Offset of the first byte that is expected. */
  from: number;
  /** False when only the end matters. */
  showOutput: boolean;
};

/** Prints what comes while a task is followed: its bytes, and on standard error that a connection broke (once) or that bytes are missing. */
export function followPrinter(deps: Deps, options: FollowPrinterOptions): (event: FollowEvent) => Promise<void> {
  let expected = options.from;
  let toldOfBreak = false;
  return async (event) => {
    if (event.kind === "interrupted" && !toldOfBreak) {
      toldOfBreak = true;
      tell(deps, "connection lost, trying again");
    }
    if (event.kind === "output" && options.showOutput) {
      if (event.offset > expected) {
        tellOfGap(deps, `${expected}-${event.offset - 1}`);
      }
      expected = event.offset + event.data.length;
      await writeBytes(deps.stdout, event.data);
    }
  };
}

/** Says which bytes the server no longer has; `range` is the first and the last offset. */
export function tellOfGap(deps: Deps, range: string): void {
  tell(deps, `bytes ${range} are missing: the output grew larger than the server keeps`);
}

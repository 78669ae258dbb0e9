import { isOfFrame } from "../frame.ts";
import { markerName } from "../launcher/snippet.ts";
import { hasEnvironment, type ProcessStat } from "../processes/proc.ts";

/**
 * Counts an attempt's processes without its frame (frame.ts): a person who allows two means two of the program's.
 *
 * A process of the frame can still become the program, by exec; the program never becomes one of the frame. So those of
 * the frame, five at most, are asked again at each look, and every other one once. The attempt's own process is a copy of
 * its shim until it first becomes something, which the marker in its environment tells; if it is the program then, there
 * is no frame, and nobody is asked any more.
 */
export class ProgramCount {
  readonly #rootPid: number;
  readonly #marker: string;
  #isWithoutFrame = false;
  /** Known to be of the program: start times by pid. */
  #program = new Map<number, string>();

  constructor(root: { key: string; pid: number }) {
    this.#rootPid = root.pid;
    this.#marker = `${markerName}=${root.key}`;
  }

  /** `living`: its processes without zombies. */
  count(living: readonly ProcessStat[]): number {
    const isRootProgram = !this.#isWithoutFrame && living.some((stat) => this.#isRootAsProgram(stat));
    this.#isWithoutFrame ||= isRootProgram;
    if (this.#isWithoutFrame) {
      return living.length;
    }
    const program = living.filter((stat) => this.#program.get(stat.pid) === stat.startTicks || !isOfFrame(stat));
    const settled = program.filter(({ pid }) => pid !== this.#rootPid);
    this.#program = new Map(settled.map(({ pid, startTicks }) => [pid, startTicks]));
    return program.length;
  }

  #isRootAsProgram(stat: ProcessStat): boolean {
    return stat.pid === this.#rootPid && hasEnvironment(stat.pid, this.#marker) && !isOfFrame(stat);
  }
}

/** One step of ending an attempt's processes. */
export type TerminationStep = {
  /** Epoch milliseconds. */
  atMs: number;
  /** Milliseconds since the ending began, by a clock that does not jump. */
  afterMs: number;
} & StepKind;

export type StepKind =
  /** Processes got the first signal; `isLater` ones appeared after the others had got it. */
  | { kind: "signal"; signal: NodeJS.Signals; count: number; isLater?: true }
  /** The grace is over, and so many are left. */
  | { kind: "left"; count: number }
  | { kind: "kill"; signal: "SIGKILL"; count: number }
  /** SIGKILL has no effect: they wait in the kernel, or run as a user whom this one may not signal. */
  | { kind: "stuck"; count: number; why: "kernel" | "user" }
  | { kind: "gone" };

/** Keeps the steps, and tells each as it happens. */
export class StepLog {
  readonly steps: TerminationStep[] = [];
  readonly #startedAt = performance.now();
  readonly #onStep: (step: TerminationStep) => void;

  constructor(onStep: (step: TerminationStep) => void) {
    this.#onStep = onStep;
  }

  add(kind: StepKind): void {
    const step = { atMs: Date.now(), afterMs: Math.round(performance.now() - this.#startedAt), ...kind };
    this.steps.push(step);
    this.#onStep(step);
  }
}

/** One step in words: `SIGTERM to 5 processes`, `after 10.0 s 2 left`, `none left after 10.1 s`. */
export function describeStep(step: TerminationStep): string {
  const after = `${(step.afterMs / 1000).toFixed(1)} s`;
  switch (step.kind) {
    case "signal":
      return step.isLater
        ? `${step.signal} to ${step.count} that came later`
        : `${step.signal} to ${counted(step.count)}`;
    case "left":
      return `after ${after} ${step.count} left`;
    case "kill":
      return `SIGKILL to ${counted(step.count)}`;
    case "stuck":
      return `${counted(step.count)} cannot be killed: ${stuckReasons[step.why](step.count)}`;
    case "gone":
      return `none left after ${after}`;
    default:
      return step satisfies never;
  }
}

const stuckReasons = {
  kernel: (count: number) => (count === 1 ? "it waits in the kernel" : "they wait in the kernel"),
  user: (count: number) => (count === 1 ? "it runs as another user" : "they run as another user"),
};

function counted(count: number): string {
  return count === 1 ? "1 process" : `${count} processes`;
}

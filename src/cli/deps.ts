/** What a command touches of the outside world. */
export type Deps = {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Remembers the exit code of the command that ran. */
  readonly finish: (exitCode: number) => void;
};

/** True when somebody sits there who can be asked: questions go to standard error, answers come from standard input. */
export function canAsk(deps: Deps): boolean {
  return deps.stdin.isTTY === true && deps.stderr.isTTY === true && !deps.stdin.readableEnded;
}

/** One message for the person, on standard error. */
export function tell(deps: Deps, message: string): void {
  deps.stderr.write(`utm: ${message}\n`);
}

/**
 * A control sequence of a terminal (ESC [ …: colours, moves), as the source of a regular expression. Written as text: the
 * linter takes a control character in a regular expression for a mistake.
 */
export const controlSequence = String.raw`\x1b\[[0-?]*[ -/]*[@-~]`;

import { client, contract } from "../api/client.ts";

/** Where to begin reading an output: from its first byte, or near its end when it is large. */
type OutputStart = { offset: number; firstNumber: number | null };

/** More than this is not loaded at once; the rest is one click away. */
const windowBytes = 4_000_000;
const blindTailBytes = 1_000_000;
/** Lines differ in length, so the first guess aims a little below the window. */
const firstGuess = 0.9;
const guesses = 4;

/** `attempt` undefined means the latest. Throws ApiFailure or Unreachable. */
export async function findOutputStart(
  id: number,
  attempt: number | undefined,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<OutputStart> {
  if (sizeBytes <= windowBytes) {
    return { offset: 0, firstNumber: 1 };
  }
  async function lineFromEnd(back: number) {
    const query = { from: -back, count: 1, attempt };
    return client.call(contract.getOutputLines, { params: { id }, query }, { signal });
  }
  const { total } = await lineFromEnd(1);
  let back = Math.floor(total * (windowBytes / sizeBytes) * firstGuess);
  for (let guess = 0; guess < guesses && back > 0; guess += 1) {
    const line = (await lineFromEnd(back)).lines[0];
    if (line !== undefined && sizeBytes - line.offset <= windowBytes) {
      return { offset: line.offset, firstNumber: line.number };
    }
    back = Math.floor(back / 4);
  }
  return { offset: sizeBytes - blindTailBytes, firstNumber: null };
}

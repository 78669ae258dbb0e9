const lineBreak = 10;

/** The last lines of what comes, an unfinished one counted; no more than these are held. */
export async function lastLines(chunks: AsyncIterable<Uint8Array>, count: number): Promise<Buffer> {
  let kept: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const all = Buffer.concat([kept, chunk]);
    kept = all.subarray(beginOfLast(all, count));
  }
  return kept;
}

/** Where the last so many lines begin. */
function beginOfLast(bytes: Buffer, count: number): number {
  let begin = bytes.length;
  for (let lines = 0; lines < count && begin > 0; lines += 1) {
    // The byte before a line is the end of the one before it, which it would find again.
    begin = begin < 2 ? 0 : bytes.lastIndexOf(lineBreak, begin - 2) + 1;
  }
  return begin;
}

/** One shell word that means exactly this text, in any POSIX shell. NUL cannot be said in a shell and throws. */
export function quote(text: string): string {
  if (text.includes("\0")) {
    throw new Error("A NUL byte cannot be passed to a process.");
  }
  return `'${text.replaceAll("'", "'\\''")}'`;
}

import { onTestFinished } from "vitest";
import { makeDirectory, removeDirectory } from "./temporary-directory.ts";

/** A directory of this test's own, removed when it ends. */
export function testDirectory(): string {
  const directory = makeDirectory();
  onTestFinished(() => removeDirectory(directory));
  return directory;
}

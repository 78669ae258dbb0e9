import { StoreUnavailable } from "../store.ts";

/** What SQLite says when it is not the statement's fault, as a sentence for people. The keys are its primary codes. */
const sentences: Readonly<Record<number, (file: string) => string>> = {
  5: (file) => `The database ${file} has been locked by another process for too long.`,
  6: (file) => `The database ${file} has been locked by another process for too long.`,
  8: (file) => `The database ${file} cannot be written to: the file or its disk is read-only.`,
  10: (file) => `The disk under the database ${file} fails: reading or writing gave an error.`,
  11: (file) => `The database ${file} is damaged. Restore it from a backup.`,
  13: (file) => `The database ${file} cannot grow: its disk is full. Make room, then try again.`,
  14: (file) => `The database ${file} cannot be opened. Check that its directory exists and may be written to.`,
  26: (file) => `The file ${file} is not an SQLite database. Give another file.`,
};

export const busy = 5;

/** The primary result code of an error that came from SQLite; null for any other. */
export function sqliteCode(error: unknown): number | null {
  if (error instanceof Error && "errcode" in error && typeof error.errcode === "number") {
    return error.errcode & 0xff;
  }
  return null;
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_INVALID_STATE";
}

/** StoreUnavailable when the database itself is in trouble; else the error as it is. */
export function explain(error: unknown, file: string): unknown {
  if (isClosed(error)) {
    return new StoreUnavailable("The database is closed because the server is shutting down.", { cause: error });
  }
  const code = sqliteCode(error);
  const sentence = code === null ? undefined : sentences[code];
  return sentence === undefined ? error : new StoreUnavailable(sentence(file), { cause: error });
}

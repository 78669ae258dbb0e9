import { constants } from "node:os";
import { msPerTick } from "../processes/proc.ts";

/**
 * The records of a journal. Each is one line written with one write(2) and ends with " ."; one that does not (cut short by
 * a full disk or a power cut) is no record. What was cut has no line end either: the next record stands behind it, on the
 * same line, so a record is looked for anywhere in a line.
 *
 *   h 1 INCARNATION GENERATION .             the server, first line
 *   l PID START TIME .                       the launcher began
 *   p KEY PID SHIM START TIME .              an attempt's process, before it becomes the program
 *   f KEY PROBLEM TIME .                     it could not start
 *   [1]+ PID Killed  c "$2"                  how the shell saw it end (only needed above status 128)
 *   x KEY PID STATUS TIME USER SYSTEM .      it ended; a ? after the status: how the shell saw it could not be had
 */
export type JournalRecord =
  | { kind: "header"; incarnation: string; generation: number }
  | { kind: "launcher"; pid: number; startTicks: string }
  | { kind: "process"; key: string; pid: number; shimPid: number; startTicks: string; atMs: number }
  | { kind: "failed"; key: string; problem: string; atMs: number }
  | { kind: "state"; pid: number; isExit: boolean }
  | { kind: "end"; key: string; pid: number; status: number; isSure: boolean; atMs: number; cpuMs: number };

/** How a process ended, exactly. */
export type ExitStatus = { code: number; signal: null } | { code: null; signal: string };

export function parseRecord(line: string, bootMs: number): JournalRecord | null {
  if (!line.endsWith(" .")) {
    return parseState(line.slice(Math.max(0, line.lastIndexOf("["))));
  }
  for (const start of line.matchAll(/[hlpfx] /g)) {
    const record = parseWords(line.slice(start.index).split(" "), bootMs);
    if (record !== null) {
      return record;
    }
  }
  return null;
}

/** The numbers are checked, since half a record before a whole one can have the right count of words. */
function parseWords(words: readonly string[], bootMs: number): JournalRecord | null {
  const [kind, a = "", b = "", c = "", d = "", e = "", f = ""] = words;
  switch (kind) {
    case "h":
      return words.length === 5 && areNumbers(c) ? { kind: "header", incarnation: b, generation: Number(c) } : null;
    case "l":
      return words.length === 5 && areNumbers(a, b) ? { kind: "launcher", pid: Number(a), startTicks: b } : null;
    case "p":
      return words.length === 7 && areNumbers(b, c, d) && isTime(e)
        ? { kind: "process", key: a, pid: Number(b), shimPid: Number(c), startTicks: d, atMs: parseTime(e, bootMs) }
        : null;
    case "f":
      return words.length === 5 && /^[a-z-]+$/.test(b) && isTime(c)
        ? { kind: "failed", key: a, problem: b, atMs: parseTime(c, bootMs) }
        : null;
    case "x":
      return words.length === 8 && areNumbers(b, c.replace(/\?$/, ""), e, f) && isTime(d)
        ? {
            kind: "end",
            key: a,
            pid: Number(b),
            status: Number.parseInt(c, 10),
            isSure: !c.endsWith("?"),
            atMs: parseTime(d, bootMs),
            cpuMs: (Number(e) + Number(f)) * msPerTick,
          }
        : null;
    default:
      return null;
  }
}

function areNumbers(...words: readonly string[]): boolean {
  return words.every((word) => /^\d+$/.test(word));
}

function isTime(word: string): boolean {
  return /^u?\d+([.,]\d+)?$/.test(word);
}

/** Words that do not name a signal: a beginning of one may have been cut, and is no word about an end. */
const otherWords = ["Exit ", "Done", "Running", "Stopped", "Suspended"];

/** `[1]+  4711 Killed   c "$2"`, and in other shells `[1] + 4711 Done(137) …`. */
function parseState(line: string): JournalRecord | null {
  const match = /^\[\d+\]\s*[+-]?\s*(\d+)\s+(\S.*)$/.exec(line);
  if (match === null) {
    return null;
  }
  const words = match[2] ?? "";
  if (/^(Running|Stopped|Suspended)/.test(words) || otherWords.some((word) => word.startsWith(words))) {
    return null;
  }
  return { kind: "state", pid: Number(match[1]), isExit: /^(Exit \d|Done)/.test(words) };
}

/** Seconds since the epoch, or with a leading u since the machine's start. */
function parseTime(text: string, bootMs: number): number {
  return text.startsWith("u") ? Math.round(bootMs + Number(text.slice(1)) * 1000) : Math.round(Number(text) * 1000);
}

const signalNamesByNumber = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
// SIGIOT and SIGPOLL are other names of the same numbers; the usual ones win.
signalNamesByNumber.set(constants.signals.SIGABRT, "SIGABRT");
signalNamesByNumber.set(constants.signals.SIGIO, "SIGIO");

/** Signal numbers from 34 on are the real-time signals of Linux. */
export function signalName(number: number): string {
  const name = signalNamesByNumber.get(number);
  if (name !== undefined) {
    return name;
  }
  return number > 34 && number <= 64 ? `SIGRTMIN+${number - 34}` : number === 34 ? "SIGRTMIN" : `SIG${number}`;
}

/** What a shell's `$?` means, given whether the shell itself called it an exit. */
export function exitStatus(status: number, isExit: boolean): ExitStatus {
  return status <= 128 || isExit ? { code: status, signal: null } : { code: null, signal: signalName(status - 128) };
}

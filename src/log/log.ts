import { type Logger, pino } from "pino";

export type Log = Logger;

/**
 * Structured lines on standard error: a constant message plus fields. Passwords, tokens and what a task was given
 * (command, environment, input) are never fields; the redaction is a second guard.
 */
export function createLog(level: string): Log {
  const secrets = ["password", "*.password", "token", "*.token", "*.headers.authorization", "headers.authorization"];
  return pino({ level, base: null, redact: secrets, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}

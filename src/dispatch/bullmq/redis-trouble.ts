/**
 * What is wrong with Redis, in words to show. They are made from what is known about an error and never carry its address,
 * since that may hold a password.
 */
export type Trouble = {
  /** Fits into parentheses: "connection refused". */
  reason: string;
  /** Waiting does not help: somebody has to change something. The sentence says what; null when waiting may help. */
  refusal: string | null;
};

/** Redis is there, and is not to be worked with as it is. One or two sentences that say what to do. */
export class DispatcherRefused extends Error {
  override readonly name = "DispatcherRefused";
}

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name cannot be looked up now",
  ECONNRESET: "connection lost",
  EPIPE: "connection lost",
  ETIMEDOUT: "no answer in time",
  EHOSTUNREACH: "host not reachable",
  ENETUNREACH: "network not reachable",
  ENOENT: "there is no such socket",
  EACCES: "no permission to connect",
};

const wrongPassword = "Redis refuses the password in REDIS_URL, or asks for one. Put the right one there.";
const notRedis = "What answers at REDIS_URL is not Redis. Put the address of a Redis or Valkey server there.";
const noDatabase = "Redis has no database of the number in REDIS_URL. Put one there that it has, or none.";

/** By how the message begins or what it contains; the first that fits. */
const byMessage: readonly [RegExp, Trouble][] = [
  [/^(WRONGPASS|NOAUTH)|invalid (username-)?password/, { reason: "it refuses the password", refusal: wrongPassword }],
  [/Protocol error|Unknown RESP type|ParserError/i, { reason: "what answers is not Redis", refusal: notRedis }],
  [/^NOPERM/, { reason: "its user may not use what is needed", refusal: null }],
  [/DB index is out of range/, { reason: "it has no database of that number", refusal: noDatabase }],
  [/LOADING|loading/, { reason: "it is still loading its data", refusal: null }],
  [/^READONLY/, { reason: "it is a replica that takes no writes", refusal: null }],
  [/^MISCONF/, { reason: "it takes no writes because it cannot save them to its disk", refusal: null }],
  [/^OOM/, { reason: "its memory is full", refusal: null }],
  [/certificate|self.signed|altname/i, { reason: "its certificate is not trusted", refusal: null }],
  [/wrong version number|packet length too long|SSL/i, { reason: "it does not speak TLS as asked", refusal: null }],
  [/timed? ?out/i, { reason: "no answer in time", refusal: null }],
];

/** Null: it only follows from an earlier one. */
export function describeTrouble(error: unknown): Trouble | null {
  const { code, message, name } = error as { code?: unknown; message?: unknown; name?: unknown };
  const known = typeof code === "string" ? byCode[code] : undefined;
  if (known !== undefined) {
    return { reason: known, refusal: null };
  }
  const text = `${typeof message === "string" ? message : ""}${name === "ParserError" ? " ParserError" : ""}`;
  if (/Stream isn't writeable|Connection is closed|max retries per request/.test(text)) {
    return null;
  }
  const match = byMessage.find(([pattern]) => pattern.test(text));
  return match === undefined ? { reason: "connection lost", refusal: null } : match[1];
}

/** It answers, and does not take what is written to it. */
export function isWriteRefused(error: unknown): boolean {
  return error instanceof Error && /^(OOM|MISCONF|READONLY)/.test(error.message);
}

const oldest = [6, 2] as const;

/** What INFO says about whether it can be worked with: a refusal, and a warning. Null: nothing to say. */
export function judgeServer(info: string): { refusal: string | null; warning: string | null } {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? null;
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? null;
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  const isTooOld = version !== null && (major < oldest[0] || (major === oldest[0] && minor < oldest[1]));
  return {
    refusal: isTooOld ? `Redis ${version} is too old: version 6.2 or newer, or Valkey, is needed.` : null,
    warning:
      policy === null || policy === "noeviction"
        ? null
        : `Redis has maxmemory-policy ${policy} and may throw away what waits in it, which then starts late: set it to noeviction.`,
  };
}

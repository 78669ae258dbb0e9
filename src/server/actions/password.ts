import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/**
 * Passwords as argon2id in the PHC string format ($argon2id$v=19$m=…,t=…,p=…$salt$hash). The cost is OWASP's first
 * recommendation of the Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane.
 */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const hashBytes = 32;
const saltBytes = 16;

const argon2Async = promisify(argon2);

/** Hashing shares Node's four threads with the disk; guesses at the door must not keep writes waiting. */
const atOnce = 2;
let underWay = 0;
const waiting: (() => void)[] = [];

async function derive(...parameters: Parameters<typeof argon2Async>): Promise<Buffer> {
  if (underWay >= atOnce) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  underWay += 1;
  try {
    return await argon2Async(...parameters);
  } finally {
    underWay -= 1;
    waiting.shift()?.();
  }
}

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(saltBytes);
  const hash = await derive("argon2id", { message: password, nonce, tagLength: hashBytes, ...cost });
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${toBase64(nonce)}$${toBase64(hash)}`;
}

/** True when the password is the one that was hashed. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(stored);
  if (match === null) {
    return false;
  }
  const [, memory, passes, parallelism, salt = "", expected = ""] = match;
  const expectedHash = Buffer.from(expected, "base64");
  const hash = await derive("argon2id", {
    message: password,
    nonce: Buffer.from(salt, "base64"),
    tagLength: expectedHash.length,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  return timingSafeEqual(hash, expectedHash);
}

/** PHC strings use base64 without padding. */
function toBase64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

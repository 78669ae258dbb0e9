import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { CliFailure, systemCode } from "./failure.ts";

/** What `utm login` leaves for the commands after it. */
export type Login = { server: string; username: string; token: string };

/** Where the login is kept: `$XDG_CONFIG_HOME/utm/login.json`, else `~/.config/utm/login.json`. */
export function loginFilePath(env: NodeJS.ProcessEnv): string {
  const configHome = env.XDG_CONFIG_HOME;
  // The XDG specification wants a relative path ignored.
  const base = configHome?.startsWith("/") ? configHome : join(env.HOME || homedir(), ".config");
  return join(base, "utm", "login.json");
}

/** The stored login, or null when there is none. Throws CliFailure when the file cannot be used. */
export async function readLogin(path: string): Promise<Login | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") {
      return null;
    }
    throw new CliFailure(`Cannot read ${path} (${systemCode(error)}).`, { cause: error });
  }
  const login = parseLogin(text);
  if (login === null) {
    throw new CliFailure(`${path} is not a login of utm. Remove it and use "utm login".`);
  }
  return login;
}

function parseLogin(text: string): Login | null {
  try {
    const { server, username, token } = JSON.parse(text) as Partial<Record<keyof Login, unknown>>;
    const isComplete = typeof server === "string" && typeof username === "string" && typeof token === "string";
    return isComplete ? { server, username, token } : null;
  } catch {
    return null;
  }
}

/**
 * Keeps the login for this user alone: directory 0700, file 0600. Written beside and renamed, so that a reader sees the
 * old login or the new one, and the token is never in a file that others could open.
 */
export async function writeLogin(path: string, login: Login): Promise<void> {
  const directory = dirname(path);
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(login, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new CliFailure(`Cannot keep the login in ${path} (${systemCode(error)}).`, { cause: error });
  }
}

/** Forgets the login. Says whether there was one. */
export async function removeLogin(path: string): Promise<boolean> {
  try {
    await rm(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") {
      return false;
    }
    throw new CliFailure(`Cannot remove ${path} (${systemCode(error)}).`, { cause: error });
  }
}

import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveAddress } from "./connection.ts";
import { loginFilePath, readLogin, removeLogin, writeLogin } from "./login-file.ts";

let home: string;
let path: string;
const login = { server: "http://localhost:8123", username: "anna", token: "secret" };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "utm-login-"));
  path = loginFilePath({ HOME: home });
});

afterEach(() => rm(home, { recursive: true }));

describe("the login file", () => {
  it("lies in the configuration directory", () => {
    expect(path).toBe(join(home, ".config/utm/login.json"));
    expect(loginFilePath({ HOME: home, XDG_CONFIG_HOME: "/etc/x" })).toBe("/etc/x/utm/login.json");
    expect(loginFilePath({ HOME: home, XDG_CONFIG_HOME: "relative" })).toBe(path);
  });

  it("is for its owner alone, and leaves nothing beside it", async () => {
    await writeLogin(path, login);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, ".."))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(path, ".."))).toEqual(["login.json"]);
    expect(await readLogin(path)).toEqual(login);
  });

  it("becomes private when it was open before", async () => {
    await mkdir(join(path, ".."), { recursive: true, mode: 0o755 });
    await writeFile(path, "{}", { mode: 0o644 });
    await writeLogin(path, login);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, ".."))).mode & 0o777).toBe(0o700);
  });

  it("may be missing, and is removed once", async () => {
    expect(await readLogin(path)).toBeNull();
    await writeLogin(path, login);
    expect(await removeLogin(path)).toBe(true);
    expect(await removeLogin(path)).toBe(false);
  });

  it("is refused when it is something else", async () => {
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, "[]");
    await expect(readLogin(path)).rejects.toThrow("is not a login of utm");
  });
});

describe("the server and the token", () => {
  it("come from flag, environment, login file, default, in this order", async () => {
    const env = { HOME: home };
    expect(await resolveAddress({}, env)).toMatchObject({ server: "http://localhost:8000", token: null });
    await writeLogin(path, login);
    expect(await resolveAddress({}, env)).toMatchObject({ server: login.server, token: "secret" });
    const inEnvironment = { ...env, UTM_SERVER: "http://b:1/", UTM_TOKEN: "env" };
    expect(await resolveAddress({}, inEnvironment)).toMatchObject({ server: "http://b:1", token: "env" });
    const flags = { server: "https://c/utm/", token: "flag" };
    expect(await resolveAddress(flags, inEnvironment)).toMatchObject({ server: "https://c/utm", token: "flag" });
  });

  it("never sends a stored token to another server than its own", async () => {
    await writeLogin(path, login);
    const elsewhere = await resolveAddress({ server: "http://elsewhere:8123" }, { HOME: home });
    expect(elsewhere.token).toBeNull();
    const sameWithSlash = await resolveAddress({ server: `${login.server}/` }, { HOME: home });
    expect(sameWithSlash.token).toBe("secret");
  });

  it.each(["localhost:8000", "ftp://x", "nonsense", "http://user:pw@x", "http://x/?a=1"])(
    "refuses %s",
    async (text) => {
      await expect(resolveAddress({ server: text }, { HOME: home })).rejects.toThrow(/address/);
    },
  );
});

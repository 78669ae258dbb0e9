// Programs that tests need and a bare machine may lack. As root on Debian they are installed; elsewhere the tests that
// need them are skipped by name.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { say } from "./setup.mjs";

/** Debian's package by the program it brings; a path is looked for as it is. */
const wanted = {
  curl: "curl",
  busybox: "busybox",
  "/usr/bin/python3": "python3-minimal",
  faketime: "faketime",
  bwrap: "bubblewrap",
  ip: "iproute2",
  // The core alone: the whole package would start a service on this machine.
  "/usr/sbin/mariadbd": "mariadb-server-core",
  "/usr/bin/my_print_defaults": "mariadb-client-core",
  "redis-server": "redis-server",
};

export function ensurePackages() {
  const missing = Object.entries(wanted).filter(([program]) => !isInstalled(program));
  if (missing.length > 0) {
    installPackages(missing.map(([, name]) => name));
  }
}

/** Installs Debian packages when this is Debian and root; answers whether that went well. */
export function installPackages(names) {
  if (process.getuid?.() !== 0 || !isInstalled("apt-get")) {
    return false;
  }
  say(`Installing ${names.join(", ")} from Debian's packages for the tests …`);
  const options = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update", "-q"], options);
  return spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...names], options).status === 0;
}

function isInstalled(program) {
  const directories = program.startsWith("/") ? ["/"] : (process.env.PATH ?? "").split(":");
  return directories.some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

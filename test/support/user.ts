import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RunAs } from "../../src/supervise/order.ts";

/** A user of a test's own, in two more groups than its first. */
export type TestUser = RunAs & { groups: number[]; remove(): void };

/** Only root can be another user; what others cannot test is named. */
export function canBeAnotherUser(what: string): boolean {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) {
    process.stderr.write(`SKIPPED: ${what}; only root can start processes as another user\n`);
  }
  return isRoot;
}

/** To be called in a hook and not while tests are collected: when none is run, nothing would remove the user. */
export function makeUser(): TestUser {
  const name = `utm-${randomBytes(4).toString("hex")}`;
  const more = readFileSync("/etc/group", "utf8")
    .split("\n")
    .map((line) => line.split(":")[0] ?? "")
    .filter((group) => ["games", "users", "audio", "mail"].includes(group))
    .slice(0, 2);
  execFileSync("useradd", ["--no-create-home", "--home-dir", "/tmp", "--groups", more.join(","), name]);
  const number = (option: string) => Number(execFileSync("id", [option, name], { encoding: "utf8" }));
  const groups = execFileSync("id", ["-G", name], { encoding: "utf8" }).trim().split(" ").map(Number);
  const remove = () => execFileSync("userdel", [name], { stdio: "ignore" });
  return { name, uid: number("-u"), gid: number("-g"), home: "/tmp", groups, remove };
}

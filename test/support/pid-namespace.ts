import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { waitFor } from "./wait-for.ts";

/** Root makes one as it is; others need a user namespace, in which they are root. */
const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? [] : ["--user", "--map-root-user"];
const unshare = [...asRoot, "--pid", "--fork", "--kill-child", "--mount-proc"];
const setLastPid = "/proc/sys/kernel/ns_last_pid";

export const canMakePidNamespaces =
  spawnSync("unshare", [...unshare, "sh", "-c", `echo 400 >${setLastPid}`]).status === 0;
if (!canMakePidNamespaces) {
  process.stderr.write("SKIPPED: process numbers given out again; that needs process namespaces\n");
}

/** A namespace of process numbers, in which a number can be given out again at will. It ends with the test, and all in it. */
export class PidNamespace {
  readonly #initPid: number;

  private constructor(initPid: number) {
    this.#initPid = initPid;
  }

  static async make(): Promise<PidNamespace> {
    // Its process 1 must wait for what it inherits: a zombie keeps its number.
    const reaper = "echo ready; while :; do sleep 0.2; done";
    const child = spawn("unshare", [...unshare, "sh", "-c", reaper], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    await once(child.stdout, "data");
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    return new PidNamespace(Number(children.trim()));
  }

  /** The words before a command that make it run inside. */
  get through(): string[] {
    const user = isRoot ? [] : ["--user", "--preserve-credentials"];
    return ["nsenter", ...user, "--pid", "--mount", "--target", String(this.#initPid)];
  }

  /** Runs shell lines inside; answers what they said. */
  run(lines: string): string {
    const [command = "", ...words] = [...this.through, "sh", "-c", lines];
    return spawnSync(command, words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).stdout.trim();
  }

  /** By their numbers inside. Waits until their numbers are free. */
  async kill(...pids: readonly number[]): Promise<void> {
    this.run(`kill -9 ${pids.join(" ")}`);
    await waitFor("the numbers to be free", () => pids.every((pid) => !this.isThere(pid)));
  }

  isThere(pid: number): boolean {
    return this.run(`[ -e /proc/${pid} ] && echo yes`) === "yes";
  }

  /** Starts a process that is nobody's, with this number, leading a group and a session of its own. */
  async startStranger(pid: number): Promise<void> {
    await waitFor(`number ${pid} to be given out again`, () => {
      const start = `echo ${pid - 1} >${setLastPid}; setsid sleep 1000 >/dev/null 2>&1 & echo $!`;
      const given = Number(this.run(start));
      // Somebody else was faster.
      if (given !== pid) {
        this.run(`kill -9 ${given}`);
      }
      return given === pid;
    });
    await waitFor("it to be a stranger", () => this.run(`tr '\\0' ' ' </proc/${pid}/cmdline`).startsWith("sleep"));
  }
}

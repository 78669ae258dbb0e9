import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { constants, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { launcherProgram } from "./program.ts";
import type { Shell } from "./shell.ts";

/**
 * One running launcher: a shell that reads program.ts and then one line per attempt from its FIFO.
 *
 * The server holds the FIFO open for reading and writing, so opening never blocks; when the server dies the shell reads
 * end-of-file and ends, while the shims it forked go on. Its environment is made here, from nothing.
 */
export type LauncherOptions = {
  shell: Shell;
  fifoPath: string;
  journalPath: string;
  /** Search path for the few programs the launcher itself needs. */
  searchPath: string;
};

export class Launcher {
  readonly fifoPath: string;
  readonly #child: ChildProcess;
  readonly #pipe: Socket;
  readonly #ended: Promise<void>;
  #isClosing = false;

  constructor(options: LauncherOptions) {
    this.fifoPath = options.fifoPath;
    rmSync(options.fifoPath, { force: true });
    execFileSync("mkfifo", ["-m", "600", options.fifoPath]);
    const fd = openSync(options.fifoPath, constants.O_RDWR | constants.O_NONBLOCK);
    this.#pipe = new Socket({ fd, readable: false, writable: true });
    // A write error means the launcher is gone; its exit tells the same and is acted on.
    this.#pipe.on("error", () => undefined);
    this.#pipe.write(launcherProgram(options.shell, options.journalPath, inheritedFds()));
    this.#child = spawn(options.shell.path, [options.fifoPath], {
      detached: true,
      cwd: "/",
      env: { PATH: options.searchPath },
      stdio: "ignore",
    });
    this.#child.unref();
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", () => resolve());
      this.#child.once("error", () => resolve());
    });
  }

  /** Calls back when the launcher ends without having been closed. */
  onUnexpectedEnd(callback: () => void): void {
    void this.#ended.then(() => {
      if (!this.#isClosing) {
        callback();
      }
    });
  }

  /** Starts one attempt, by the line that AttemptFiles made of its order. */
  start(message: string): void {
    this.#pipe.write(message);
  }

  /** No further attempts; those that run go on. Resolves when what was written has been read and the shell has ended. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#pipe.end();
    this.#pipe.destroySoon();
    await this.#ended;
    // A launcher that was killed has left bytes unread, and this side has the pipe open for reading too: no write fails.
    this.#pipe.destroy();
    rmSync(this.fifoPath, { force: true });
  }

  /** Ends the launcher by force; the shims it forked are not touched. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Lets go of the pipe without waiting, when the server ends: the shell reads end-of-file. */
  abandon(): void {
    this.#isClosing = true;
    this.#pipe.destroy();
  }
}

/**
 * Descriptors this process would hand to its children: those without close-on-exec. Node sets it on all of its own, but
 * not on those it was itself started with.
 */
function inheritedFds(): number[] {
  const closeOnExec = 0o2000000;
  const inherited: number[] = [];
  for (const name of readdirSync("/proc/self/fd")) {
    const fd = Number(name);
    if (fd > 2 && (fdFlags(fd) & closeOnExec) === 0) {
      inherited.push(fd);
    }
  }
  return inherited;
}

function fdFlags(fd: number): number {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
    return Number.parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? "02000000", 8);
  } catch {
    // The descriptor of the listing itself, closed by now.
    return 0o2000000;
  }
}

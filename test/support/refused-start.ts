import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Runs `utm serve`, or another verb, where it is expected to refuse. Answers its exit code and the lines it wrote to standard error. */
export async function refusedStart(
  environment: Readonly<Record<string, string>>,
  verb: "serve" | "worker" = "serve",
): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(process.execPath, [entry, verb], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: "0", UTM_LOG_LEVEL: "warn", ...environment },
    stdio: ["ignore", "ignore", "pipe"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit") as Promise<[number | null]>]);
  return { code, lines: said.split("\n").filter(Boolean) };
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, contract, createClient } from "../src/client/client.ts";

const entry = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

/** A real server of its own for a measurement, and somebody logged in to it. */
export type BenchServer = {
  client: Client;
  url: string;
  token: string;
  pid: number;
  /** Where its outputs are. */
  dataDirectory: string;
  stop(): Promise<void>;
};

export async function startServer(
  directory: string,
  slots: number,
  environment: Record<string, string> = {},
): Promise<BenchServer> {
  const dataDirectory = join(directory, `slots-${slots}`);
  const child = spawn(process.execPath, [entry, "serve"], {
    env: {
      ...process.env,
      PORT: "0",
      UTM_DATA_DIR: dataDirectory,
      UTM_SLOTS: String(slots),
      UTM_LOG_LEVEL: "warn",
      ...environment,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await readAddress(child);
  const anonymous = createClient({ server: url, token: () => null });
  const person = { username: "bench", email: "bench@example.com", password: "bench password" };
  await anonymous.call(contract.register, { body: person });
  const { token } = await anonymous.call(contract.login, { body: person });
  return {
    url,
    token,
    pid: child.pid ?? 0,
    dataDirectory,
    client: createClient({ server: url, token: () => token }),
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function readAddress(child: ChildProcess): Promise<string> {
  let said = "";
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const url = /on (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) {
      child.stdout?.resume();
      return url;
    }
  }
  throw new Error(`The server did not start: ${said}`);
}

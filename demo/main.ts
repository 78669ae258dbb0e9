import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Client, contract } from "../src/client/client.ts";
import { joinAll, passwordOf, people } from "./people.ts";
import { type DemoTask, demoQueues, demoTasks } from "./tasks.ts";

/**
 * `npm run demo`: a server of its own in data/demo with four people and 300 tasks, real ones, to look at; it stays until
 * Ctrl-C. With UTM_SERVER it fills that server instead, which must be a new one, and ends.
 */
const count = Number(process.argv[2] ?? 300);
const given = process.env.UTM_SERVER;

if (given !== undefined) {
  await fill(given).catch((error: Error) => {
    console.error(`The demo could not be filled in: ${error.message} It wants a new server, with open registration.`);
    process.exitCode = 1;
  });
} else {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const { PORT = "8000", UTM_DATA_DIR = join(root, "data", "demo") } = process.env;
  const server = spawn(process.execPath, [join(root, "src", "cli", "main.ts"), "serve"], {
    stdio: "inherit",
    env: { UTM_SLOTS: "16", UTM_LOG_LEVEL: "warn", ...process.env, PORT, UTM_DATA_DIR },
  });
  const ended = once(server, "exit");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => server.kill(signal));
  }
  const address = `http://127.0.0.1:${PORT}`;
  if (await isReady(address, () => server.exitCode === null)) {
    await fill(address);
  }
  const [code] = await ended;
  process.exitCode = code ?? 1;
}

async function isReady(address: string, isAlive: () => boolean): Promise<boolean> {
  while (isAlive()) {
    const answer = await fetch(`${address}/readyz`).catch(() => null);
    if (answer?.ok === true) {
      return true;
    }
    await wait(100);
  }
  return false;
}

async function fill(address: string): Promise<void> {
  const clients = await joinAll(address);
  if (clients === null) {
    console.log("The demo is there already; nothing was added.");
  } else {
    const begunAt = performance.now();
    await makeQueues(clients[0]);
    await submitAll(clients);
    console.log(`${count} tasks submitted in ${((performance.now() - begunAt) / 1000).toFixed(1)} s.`);
  }
  console.log(`Open ${address} and log in as one of:`);
  for (const { username, role } of people) {
    console.log(`  ${username.padEnd(6)} ${passwordOf(username).padEnd(16)} ${role}`);
  }
}

/** As the admin. */
async function makeQueues(client: Client | undefined): Promise<void> {
  for (const { name, slots, paused } of demoQueues) {
    await client?.call(contract.createQueue, { body: { name, slots } });
    await client?.call(contract.updateQueue, { params: { name }, body: { paused } });
  }
}

/** In order, so that the newest in the list are the interesting ones. */
async function submitAll(clients: readonly Client[]): Promise<void> {
  for (const task of demoTasks(count, Date.now())) {
    const { owner, onceItRuns, ...body } = task;
    const client = clients[owner];
    if (client !== undefined) {
      const { id } = await client.call(contract.createTask, { body });
      await act(client, id, onceItRuns);
    }
  }
}

async function act(client: Client, id: number, order: DemoTask["onceItRuns"]): Promise<void> {
  if (order === undefined) {
    return;
  }
  const params = { id };
  for (let task = await client.call(contract.getTask, { params }); task.output_bytes === 0; ) {
    if (task.completed_at !== null) {
      return;
    }
    await wait(100);
    task = await client.call(contract.getTask, { params });
  }
  if (order === "kill") {
    await client.call(contract.killTask, { params, body: {} });
  } else {
    await client.call(contract.suspendTask, { params });
  }
}

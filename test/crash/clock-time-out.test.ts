/** @module-tag whole */
import { expect, it } from "vitest";
import { readJournals } from "../support/journals.ts";
import { type Member, startServer, type TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";
import { canTurnClock, WallClock } from "../support/wall-clock.ts";

/** A time-out is so long a time to run, however often somebody sets the wall clock meanwhile. */
it.skipIf(!canTurnClock)("times out after its time when the clock was set back two hours", async () => {
  const { clock, server, admin } = await begin();
  const { id } = await admin.submit({ command: "exec sleep 1000", timeout_seconds: 2 });
  await waitFor("it to run", () => readJournals(server.directory).begun.has(id));
  clock.turn(-2);
  expect(await admin.waitForEnd(id)).toMatchObject({ outcome: "timed_out", signal: "SIGTERM" });
});

it.skipIf(!canTurnClock)(
  "times nothing out early when the clock was set two hours ahead before a restart",
  async () => {
    const { clock, server, admin } = await begin();
    const task = await admin.submit({ command: "exec sleep 1000", timeout_seconds: 1800 });
    await admin.waitForStatus(task.id, "running");
    clock.turn(2);
    await server.stop("SIGKILL");
    await server.start();
    const next = await admin.submit({ command: "exit 3" });
    expect(await admin.waitForEnd(next.id)).toMatchObject({ exit_code: 3 });
    expect(await admin.get(task.id)).toMatchObject({ status: "running", reason: null });
  },
);

it.skipIf(!canTurnClock)("times out after its time when the clock was set back before a restart", async () => {
  const { clock, server, admin } = await begin();
  const { id } = await admin.submit({ command: "exec sleep 1000", timeout_seconds: 3 });
  await waitFor("it to run", () => readJournals(server.directory).begun.has(id));
  clock.turn(-2);
  await server.stop("SIGKILL");
  await server.start();
  expect(await admin.waitForEnd(id)).toMatchObject({ outcome: "timed_out", signal: "SIGTERM" });
});

async function begin(): Promise<{ clock: WallClock; server: TestServer; admin: Member }> {
  const clock = new WallClock();
  const server = await startServer({ environment: { ...clock.environment, UTM_LEASE_SECONDS: "1" } });
  return { clock, server, admin: await server.join("admin") };
}

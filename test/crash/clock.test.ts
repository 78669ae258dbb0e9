import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { testDirectory } from "../support/directory.ts";
import { readRecord } from "../support/record.ts";
import { type Member, startServer, type TestServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";
import { canTurnClock, WallClock } from "../support/wall-clock.ts";

/** Somebody sets the wall clock two hours forward or back while tasks run. What was promised by the clock follows it; the rest does not notice. */
const leaseSeconds = "1";

it.skipIf(!canTurnClock).each([2, -2])(
  "goes on with what runs, and starts what comes, when it is set %i hours ahead",
  async (hours) => {
    const { clock, server, admin, letGo, waiting } = await begin();
    const task = await admin.submit({ command: `${waiting}; exit 12`, timeout_seconds: 1800 });
    // Turned before that, the time-out would be armed on the new clock: that is another test.
    await waitFor("its start in the record", async () => (await admin.get(task.id)).started_at);
    clock.turn(hours);
    await severalHeartbeats(server, clock);
    const after = await admin.submit({ command: "exit 13" });
    expect(await admin.waitForEnd(after.id)).toMatchObject({ outcome: "exited", exit_code: 13 });
    const running = await admin.get(task.id);
    expect(running).toMatchObject({ status: "running", reason: null });
    expect(running.duration_ms).toBeGreaterThanOrEqual(0);
    clock.turn(0);
    await severalHeartbeats(server, clock);
    letGo();
    const ended = await admin.waitForEnd(task.id);
    expect(ended).toMatchObject({ outcome: "exited", exit_code: 12, attempt: 1 });
    expect(ended.duration_ms).toBeGreaterThanOrEqual(0);
  },
);

it.skipIf(!canTurnClock)(
  "starts a delayed task when the clock says so, wherever it was set",
  { tags: ["whole"] },
  async () => {
    const { clock, server, admin } = await begin();
    const inOneHour = await admin.submit({
      command: "exit 14",
      run_at: new Date(clock.now() + 3_600_000).toISOString(),
    });
    const inMoments = await admin.submit({ command: "exit 15", run_at: new Date(clock.now() + 2_000).toISOString() });
    clock.turn(-2);
    // Longer than it should have waited, had the clock not been set back.
    const due = Date.parse(inMoments.run_at ?? "");
    await waitFor("its moment to have passed", () => Date.now() > due + 500);
    await severalHeartbeats(server, clock);
    expect((await admin.get(inMoments.id)).status).toBe("pending");
    clock.turn(0);
    expect((await admin.waitForEnd(inMoments.id)).exit_code).toBe(15);
    expect((await admin.get(inOneHour.id)).status).toBe("pending");
    clock.turn(2);
    expect((await admin.waitForEnd(inOneHour.id)).exit_code).toBe(14);
  },
);

it.skipIf(!canTurnClock)(
  "is killed and started again on a clock that was set, and loses nothing",
  { tags: ["whole"] },
  async () => {
    const { clock, server, admin, letGo, waiting } = await begin();
    const task = await admin.submit({ command: `${waiting}; exit 16` });
    await admin.waitForStatus(task.id, "running");
    for (const hours of [2, -2, 0]) {
      clock.turn(hours);
      await server.stop("SIGKILL");
      await server.start();
      expect(await admin.get(task.id)).toMatchObject({ status: "running", reason: null });
    }
    letGo();
    expect(await admin.waitForEnd(task.id)).toMatchObject({ outcome: "exited", exit_code: 16, attempt: 1 });
  },
);

it.skipIf(!canTurnClock)(
  "still notices that its directory is gone after it was set back",
  { tags: ["whole"] },
  async () => {
    const { clock, server, admin } = await begin();
    expect((await admin.request("/readyz")).status).toBe(200);
    clock.turn(-2);
    const aside = `${server.directory}-aside`;
    onTestFinished(() => rmSync(aside, { recursive: true, force: true }));
    renameSync(server.directory, aside);
    await waitFor("it to notice", async () => (await admin.request("/readyz")).status === 503);
    renameSync(aside, server.directory);
    await waitFor("it to be well again", async () => (await admin.request("/readyz")).status === 200);
  },
);

async function begin() {
  const clock = new WallClock();
  const server = await startServer({ environment: { ...clock.environment, UTM_LEASE_SECONDS: leaseSeconds } });
  const admin: Member = await server.join("admin");
  const go = join(testDirectory(), "go");
  const waiting = `while [ ! -e ${go} ]; do sleep 0.05; done`;
  return { clock, server, admin, waiting, letGo: () => writeFileSync(go, "") };
}

/** Until the node has renewed its lease a few times by the clock as it stands now. */
async function severalHeartbeats(server: TestServer, clock: WallClock): Promise<void> {
  for (let beat = 0; beat < 3; beat += 1) {
    const before = clock.now();
    await waitFor("a heartbeat", async () => {
      const seenAt = Number((await readRecord(server)).nodes?.[0]?.seen_at);
      return seenAt >= before && seenAt < before + 60_000;
    });
  }
}

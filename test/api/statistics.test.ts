/** @module-tag whole */
import { expect, it } from "vitest";
import { contract, type Statistics, statisticsSpans } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startServer } from "../support/server.ts";

/** The figures are those of the tasks that the list finds with the same words. */
function statisticsOf(who: Member, query: { owner?: string; span?: "hour" | "day" | "week"; day_start?: string } = {}) {
  return who.client.call(contract.getStatistics, { query });
}

function endedIn({ parts }: Statistics): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, outcome, count } of parts.flatMap(({ ended }) => ended)) {
    counts[`${status} ${outcome}`] = (counts[`${status} ${outcome}`] ?? 0) + count;
  }
  return counts;
}

it("tells what runs, waits and ended, of one's own tasks or of everybody's", async () => {
  const server = await startServer({ environment: { UTM_SLOTS: "2" } });
  const anna = await server.join("anna");
  const ben = await server.join("ben");
  expect(await statisticsOf(anna)).toMatchObject({ has_tasks: false, running: 0, pending: [], today: { failed: 0 } });

  const done = await anna.submit({ command: "sleep 0.2" });
  const failed = await anna.submit({ command: "exit 3" });
  await anna.waitForEnd(done.id);
  await anna.waitForEnd(failed.id);
  const runs = await anna.submit({ command: "sleep 300" });
  await anna.waitForStatus(runs.id, "running");
  const nap = await ben.submit({ name: "nap" });
  await ben.waitForStatus(nap.id, "running");
  const waits = await anna.submit({ command: "true", queue: "default" });
  await anna.submit({ command: "true", run_at: "2099-01-01T00:00:00Z" });

  const own = await statisticsOf(anna, { span: "hour" });
  expect(own).toMatchObject({
    has_tasks: true,
    running: 1,
    pending: [{ queue: "default", count: 2, delayed: 1, oldest: { id: waits.id, since: waits.created_at } }],
    today: { completed: 1, failed: 1, killed: 0 },
    span: "hour",
    nodes: [{ state: "alive", slots: 2, used: 2, running: 1 }],
  });
  expect(endedIn(own)).toEqual({ "completed exited": 1, "failed exited": 1 });
  const longest = Math.max(...own.parts.map(({ p95_ms }) => p95_ms ?? 0));
  expect(longest).toBe((await anna.get(done.id)).duration_ms);
  expect(await statisticsOf(anna, { owner: "*" })).toMatchObject({ running: 2, nodes: [{ used: 2, running: 2 }] });
  expect(await statisticsOf(ben)).toMatchObject({ running: 1, pending: [], today: { failed: 0 } });
  expect(await send(server, "GET", "/taskapi/stats/?owner=*", { as: ben })).toMatchObject({ status: 403 });

  const part = own.parts.find(({ ended }) => ended.some(({ status }) => status === "failed"));
  const found = await anna.client.call(contract.listTasks, {
    query: { status: "failed", outcome: "exited", ended_since: part?.from, ended_before: part?.before },
  });
  expect(found.map(({ id }) => id)).toEqual([failed.id]);
});

it("cuts every span into parts that follow each other and meet the beginning of the asker's day", async () => {
  const server = await startServer();
  const anna = await server.join("anna");
  const dayStart = new Date(Date.now() - 5 * 3_600_000 - 17_000);
  for (const span of ["hour", "day", "week"] as const) {
    const { parts, today, at } = await statisticsOf(anna, { span, day_start: dayStart.toISOString() });
    const { partMs } = statisticsSpans[span];
    expect(parts).toHaveLength(statisticsSpans[span].parts);
    for (const [index, { from, before }] of parts.entries()) {
      expect(Date.parse(before) - Date.parse(from)).toBe(partMs);
      expect(Math.abs((Date.parse(from) - dayStart.getTime()) % partMs)).toBe(0);
      expect(parts[index + 1]?.from ?? before).toBe(before);
    }
    const last = parts.at(-1) ?? { from: "", before: "" };
    expect(last.from <= at && at < last.before).toBe(true);
    expect(today.since).toBe(dayStart.toISOString());
  }
  const longAgo = await send(server, "GET", "/taskapi/stats/?day_start=2020-01-01T00:00:00Z", { as: anna });
  expect(longAgo).toMatchObject({ status: 400, body: { day_start: [expect.stringContaining("within the last two")] } });
  expect(await send(server, "GET", "/taskapi/stats/?span=year", { as: anna })).toMatchObject({ status: 400 });
});

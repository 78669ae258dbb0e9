import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { testDirectory } from "../support/directory.ts";
import { send } from "../support/http.ts";
import { type Member, startServer, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** Tasks that are tried again: after what, how often, when; and what each attempt leaves behind. */
const server = startSharedServer({ environment: { UTM_SLOTS: "8" } });
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

const attemptsOf = (id: number) => ada.client.call(contract.listAttempts, { params: { id } });
const outputOf = async (id: number, attempt: number) =>
  (await send(server, "GET", `/taskapi/tasks/${id}/output/?attempt=${attempt}`, { as: ada })).text;

describe("a task that fails", () => {
  it("is tried again until it succeeds; each attempt keeps its own output, code and times", async () => {
    const command = 'echo "attempt $UTM_ATTEMPT"; [ "$UTM_ATTEMPT" = 3 ] || exit "$UTM_ATTEMPT"';
    const { id } = await ada.submit({ command, retry: { attempts: 5, delay_seconds: 0.05 } });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "completed", attempt: 3, max_attempts: 5, exit_code: 0 });
    const attempts = await attemptsOf(id);
    expect(attempts.map(({ number, outcome, exit_code }) => [number, outcome, exit_code])).toEqual([
      [1, "exited", 1],
      [2, "exited", 2],
      [3, "exited", 0],
    ]);
    for (const { number } of attempts) {
      expect(await outputOf(id, number)).toBe(`attempt ${number}\n`);
    }
    expect(await ada.output(id)).toBe("attempt 3\n");
    const log = await ada.client.call(contract.listEvents, { params: { id } });
    expect(log.map(({ kind, attempt }) => `${kind} ${attempt}`)).toEqual([
      "submitted 0",
      ...["started 1", "ended 1", "retry 1"],
      ...["started 2", "ended 2", "retry 2"],
      ...["started 3", "ended 3"],
    ]);
    expect(log.find((entry) => entry.kind === "retry")?.text).toMatch(/^Attempt 2 of 5 follows in 0.1 s\.$/);
  });

  it("fails with its last attempt", async () => {
    const { id } = await ada.submit({ command: "exit 9", retry: { attempts: 2, delay_seconds: 0 } });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "failed", attempt: 2, exit_code: 9, reason: "Exit 9." });
  });

  it("says while it waits how it ended, and when it goes on; and can be killed then", async () => {
    const { id } = await ada.submit({ command: "exit 4", retry: { attempts: 3, delay_seconds: 3600 } });
    const waiting = await waitFor("the first attempt's end", async () => {
      const task = await ada.get(id);
      return task.status === "pending" && task.attempt === 1 ? task : null;
    });
    expect(waiting).toMatchObject({ completed_at: null, started_at: null, outcome: null, exit_code: null });
    expect(waiting.reason).toMatch(/^Attempt 1 of 3: Exit 4\. The next starts at 2\S+Z\.$/);
    expect(waiting.actions).toContain("kill");
    const killed = await send(server, "POST", `/taskapi/tasks/${id}/kill/`, { as: ada, json: {} });
    expect(killed).toMatchObject({ status: 202, body: { status: "killed" } });
    expect((await ada.get(id)).reason).toBe("Killed by ada before its next attempt.");
  });
});

describe("retries by outcome", () => {
  it.each([
    { name: "a failure, not named", task: { command: "exit 1" }, on: ["timed_out"], attempts: 1 },
    { name: "a signal, as a failure", task: { command: "kill -SEGV $$" }, on: ["failed"], attempts: 2 },
    { name: "a missing program, as a failure", task: { argv: ["/no/such"] }, on: ["failed"], attempts: 2 },
    { name: "a time-out", task: { command: "sleep 60", timeout_seconds: 0.1 }, on: ["timed_out"], attempts: 2 },
    { name: "a time-out, not named", task: { command: "sleep 60", timeout_seconds: 0.1 }, on: ["failed"], attempts: 1 },
    { name: "success", task: { command: "true" }, on: ["failed", "timed_out", "lost"], attempts: 1 },
  ])("$name", async ({ task, on, attempts }) => {
    const { id } = await ada.submit({ ...task, kill_grace_seconds: 0, retry: { attempts: 2, delay_seconds: 0, on } });
    expect((await ada.waitForEnd(id)).attempt).toBe(attempts);
  });

  it("a killed attempt is the last", async () => {
    const { id } = await ada.submit({ command: "echo on; sleep 600", retry: { attempts: 5, delay_seconds: 0 } });
    await waitFor("its output", async () => (await ada.output(id)) === "on\n");
    await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "killed", attempt: 1 });
  });
});

it("keeps waiting for its time over a restart of the server", async () => {
  const own = await startServer();
  const eve = await own.join("eve");
  const flag = join(testDirectory(), "flag");
  const command = `[ -e ${flag} ] && exit 0; touch ${flag}; exit 1`;
  const { id } = await eve.submit({ command, retry: { attempts: 2, delay_seconds: 1 } });
  await waitFor("the first attempt's end", async () => (await eve.get(id)).reason?.includes("Exit 1") ?? false);
  await own.stop("SIGKILL");
  await own.start();
  expect(await eve.waitForEnd(id)).toMatchObject({ status: "completed", attempt: 2 });
});

it("follows one attempt after the other", async () => {
  const command = 'echo "out $UTM_ATTEMPT"; [ "$UTM_ATTEMPT" = 2 ]';
  const { id } = await ada.submit({ command, retry: { attempts: 2, delay_seconds: 0.2 } });
  const first = await send(server, "GET", `/taskapi/tasks/${id}/output/stream/?attempt=1`, { as: ada });
  expect(first.text).toContain('"attempt":1}');
  expect(first.text).toMatch(/event: end\ndata: \{.*"status":"(pending|running)"/);
  const second = await send(server, "GET", `/taskapi/tasks/${id}/output/stream/?attempt=2`, { as: ada });
  expect(second.text).toContain('"attempt":2}');
  expect(second.text).toMatch(/event: end\ndata: \{.*"status":"completed"/);
});

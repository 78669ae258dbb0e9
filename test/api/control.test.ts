import { mkdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { contract, type TaskLogEntry } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startServer, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/** What a running task is told: suspend, resume, signal, input. */
const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

function tell(id: number, verb: string, json: unknown = {}, as = ada) {
  return send(as.server, "POST", `/taskapi/tasks/${id}/${verb}/`, { as, json });
}

async function lines(id: number, as = ada): Promise<string[]> {
  return (await as.output(id)).split("\n").filter(Boolean);
}

/** A running task that has written its first line. */
async function running(task: Record<string, unknown>, as = ada): Promise<number> {
  const { id } = await as.submit(task);
  await waitFor(`task ${id} to write`, async () => (await lines(id, as)).length > 0);
  return id;
}

async function eventsOf(id: number, as = ada): Promise<TaskLogEntry[]> {
  return as.client.call(contract.listEvents, { params: { id } });
}

const counting = "echo $$; (while :; do sleep 0.02; echo child; done) & while :; do sleep 0.02; echo parent; done";

/** State of a process by ps(1): R, S, T, … */
function stateOf(pid: number): string {
  return /^\d+ \(.*\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? "";
}

describe("suspend and resume", () => {
  it("stop the whole tree, and let it go on; the time-out waits meanwhile", async () => {
    const id = await running({ command: counting, timeout_seconds: 2, kill_grace_seconds: 0 });
    const suspended = await tell(id, "suspend");
    expect(suspended).toMatchObject({ status: 200, body: { status: "running", suspended: true } });
    expect((suspended.body as { actions: string[] }).actions).toEqual(["edit", "kill", "resume", "signal", "rerun"]);
    const size = (await ada.output(id)).length;
    const since = Date.now();
    // Longer than its time-out: were the clock not stopped, it would be over.
    await waitFor("three seconds to pass", () => Date.now() - since > 3000);
    expect((await ada.output(id)).length).toBe(size);
    expect(await ada.get(id)).toMatchObject({ status: "running", suspended: true });
    expect(await tell(id, "suspend")).toMatchObject({ status: 409, body: { code: "already_suspended" } });
    expect(await tell(id, "resume")).toMatchObject({ status: 200, body: { suspended: false } });
    await waitFor("it to write again", async () => (await ada.output(id)).length > size);
    expect(await tell(id, "resume")).toMatchObject({ status: 409, body: { code: "not_suspended" } });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "failed", outcome: "timed_out" });
    const [attempt] = await ada.client.call(contract.listAttempts, { params: { id } });
    expect(attempt?.suspended_ms).toBeGreaterThanOrEqual(3000);
    const kinds = (await eventsOf(id)).map((event) => event.kind);
    expect(kinds).toEqual(expect.arrayContaining(["suspended", "resumed", "timed_out", "signal"]));
  });

  it("survive kill -9 of the server: a suspended task stays so, and goes on when told", {
    tags: ["whole"],
  }, async () => {
    const own = await startServer();
    const eve = await own.join("eve");
    const id = await running({ command: counting, timeout_seconds: 3600 }, eve);
    const pid = Number((await lines(id, eve))[0]);
    await tell(id, "suspend", {}, eve);
    await own.stop("SIGKILL");
    await own.start();
    expect(await eve.get(id)).toMatchObject({ status: "running", suspended: true });
    const size = (await eve.output(id)).length;
    expect(["T", "S", "D"]).toContain(stateOf(pid));
    expect(await tell(id, "resume", {}, eve)).toMatchObject({ status: 200, body: { suspended: false } });
    await waitFor("it to write again", async () => (await eve.output(id)).length > size);
  });

  it("a suspended task can be killed, and acts on the first signal", async () => {
    const id = await running({ command: "trap 'echo bye; exit 3' TERM; echo on; while :; do sleep 0.02; done" });
    await tell(id, "suspend");
    expect((await tell(id, "kill", { grace_seconds: 20 })).status).toBe(202);
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "killed", exit_code: 3, suspended: false });
    // The shell may say that its sleep got the signal, too.
    expect((await lines(id)).filter((line) => line !== "Terminated")).toEqual(["on", "bye"]);
  });

  it("a task that is being ended is not suspended any more, and its record does not say so", async () => {
    const id = await running({ command: "trap '' TERM; echo on; while :; do sleep 0.02; done" });
    await tell(id, "kill", { grace_seconds: 1 });
    expect(await tell(id, "suspend")).toMatchObject({ status: 409, body: { code: "being_ended" } });
    expect(await ada.get(id)).toMatchObject({ suspended: false });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "killed", suspended: false });
  });

  it("are refused for what does not run", async () => {
    const later = await ada.submit({ command: "true", run_at: "2099-01-01T00:00:00Z" });
    const over = await ada.submit({ command: "true" });
    await ada.waitForEnd(over.id);
    for (const verb of ["suspend", "resume", "signal", "input"]) {
      const json = verb === "signal" ? { signal: "USR1" } : verb === "input" ? { text: "x" } : {};
      expect(await tell(later.id, verb, json)).toMatchObject({ status: 409, body: { code: "not_running" } });
      expect(await tell(over.id, verb, json)).toMatchObject({ status: 409, body: { code: "already_over" } });
    }
  });
});

describe("a signal", () => {
  const trapping = "trap 'echo usr1' USR1; trap 'echo hup' HUP; echo on; while :; do sleep 0.02; done";

  it("by any of its names reaches the program, and does nothing else", async () => {
    const id = await running({ command: trapping });
    for (const [at, signal] of ["USR1", "sigusr1", "HUP"].entries()) {
      expect(await tell(id, "signal", { signal })).toMatchObject({ status: 200, body: { status: "running" } });
      await waitFor(`the effect of ${signal}`, async () => (await lines(id)).length === at + 2);
    }
    expect(await lines(id)).toEqual(["on", "usr1", "usr1", "hup"]);
    const texts = (await eventsOf(id)).filter((event) => event.kind === "signal").map((event) => event.text);
    expect(texts).toContain("SIGHUP sent to its program by ada.");
  });

  it("to all reaches every process", async () => {
    const child = "trap 'echo child' USR1; echo ready; while :; do sleep 0.02; done";
    const id = await running({ command: `trap 'echo parent' USR1; sh -c "${child}" & while :; do sleep 0.02; done` });
    await tell(id, "signal", { signal: "USR1", to: "all" });
    await waitFor("both to say so", async () => {
      const said = await lines(id);
      return said.includes("child") && said.includes("parent");
    });
  });

  it("that ends the program is its end, and no kill", async () => {
    const id = await running({ command: "echo on; exec sleep 600" });
    await tell(id, "signal", { signal: "INT" });
    const end = { status: "failed", outcome: "signalled", signal: "SIGINT", reason: "Ended by SIGINT, sent by ada." };
    expect(await ada.waitForEnd(id)).toMatchObject(end);
  });

  it.each([{ signal: "NOPE" }, { signal: "" }, { signal: "9" }, { signal: "STOP" }, { signal: 9 }, {}])(
    "that does not exist is told by its field: %j",
    async (json) => {
      const id = await running({ command: "echo on; exec sleep 600" });
      const answer = await tell(id, "signal", json);
      expect(answer.status).toBe(400);
      expect(Object.keys(answer.body as object)).toEqual(["signal"]);
      expect(await ada.get(id)).toMatchObject({ status: "running" });
      await tell(id, "kill", { signal: "KILL", grace_seconds: 0 });
    },
  );
});

describe("input", () => {
  it("reaches the program as it is sent, and its end ends it", async () => {
    const id = await running({ command: "echo on; cat; echo end", input: true });
    expect(await tell(id, "input", { text: "first\n" })).toMatchObject({
      status: 200,
      body: { accepted_bytes: 6, ended: false },
    });
    await waitFor("the first line", async () => (await lines(id)).includes("first"));
    const bytes = Buffer.from([0, 255, 128, 10]);
    expect((await tell(id, "input", { base64: bytes.toString("base64") })).status).toBe(200);
    expect(await tell(id, "input", { text: "last\n", end: true })).toMatchObject({
      status: 200,
      body: { ended: true },
    });
    expect(await ada.waitForEnd(id)).toMatchObject({ status: "completed" });
    const raw = await ada.request(`/taskapi/tasks/${id}/output/`);
    const expected = Buffer.concat([Buffer.from("on\nfirst\n"), bytes, Buffer.from("last\nend\n")]);
    expect(Buffer.from(await raw.arrayBuffer()).equals(expected)).toBe(true);
  });

  it("and its end at once are taken also by a program that is over as soon as it has read", async () => {
    for (let round = 0; round < 8; round += 1) {
      const id = await running({ command: "echo on; read x; echo got $x", input: true });
      const sent = await tell(id, "input", { text: "yes\n", end: true });
      expect(sent).toMatchObject({ status: 200, body: { accepted_bytes: 4, ended: true } });
      expect(await ada.waitForEnd(id)).toMatchObject({ status: "completed" });
    }
  });

  it("comes after the text it was submitted with", async () => {
    const id = await running({ command: "cat", input: true, stdin: "given\n" });
    await tell(id, "input", { text: "sent\n", end: true });
    await ada.waitForEnd(id);
    expect(await lines(id)).toEqual(["given", "sent"]);
  });

  it("stays open over kill -9 of the server; what was accepted before arrives once", { tags: ["whole"] }, async () => {
    const own = await startServer();
    const eve = await own.join("eve");
    const id = await running(
      { command: "echo on; while [ ! -e go ]; do sleep 0.02; done; cat", input: true, cwd: own.directory },
      eve,
    );
    expect((await tell(id, "input", { text: "before\n" }, eve)).status).toBe(200);
    await own.stop("SIGKILL");
    await own.start();
    expect((await tell(id, "input", { text: "after\n", end: true }, eve)).status).toBe(200);
    expect(await tell(id, "input", { text: "more" }, eve)).toMatchObject({
      status: 409,
      body: { code: "input_ended" },
    });
    await own.stop("SIGKILL");
    await own.start();
    expect(await tell(id, "input", { text: "more" }, eve)).toMatchObject({
      status: 409,
      body: { code: "input_ended" },
    });
    mkdirSync(`${own.directory}/go`);
    expect(await eve.waitForEnd(id)).toMatchObject({ status: "completed" });
    expect(await lines(id, eve)).toEqual(["on", "before", "after"]);
  });

  it("that the program does not read is taken as far as the pipe goes, and the answer says how far", async () => {
    const id = await running({ command: "echo on; exec sleep 600", input: true });
    const text = "x".repeat(60_000);
    expect(await tell(id, "input", { text })).toMatchObject({ status: 200, body: { accepted_bytes: 60_000 } });
    const full = await tell(id, "input", { text });
    expect(full).toMatchObject({ status: 409, body: { code: "input_full" } });
    expect((full.body as { detail: string }).detail).toMatch(/\d+ of 60000 bytes were taken/);
  });

  it("to a task without is refused", async () => {
    const id = await running({ command: "echo on; exec sleep 600" });
    expect(await tell(id, "input", { text: "x" })).toMatchObject({ status: 409, body: { code: "no_input" } });
  });

  it.each([
    ["nothing", {}],
    ["text and base64", { text: "x", base64: "eA==" }],
    ["broken base64", { base64: "%%" }],
    ["more than a pipe holds", { text: "x".repeat(70_000) }],
    ["a number", { text: 5 }],
  ])("that is none is told: %s", async (_, json) => {
    const id = await running({ command: "echo on; cat", input: true });
    expect((await tell(id, "input", json)).status).toBe(400);
    await tell(id, "input", { end: true });
    await ada.waitForEnd(id);
    expect(await lines(id)).toEqual(["on"]);
  });
});

describe("the processes of a task", () => {
  it("are listed with what they use, and none once it is over", async () => {
    const id = await running({ command: "sleep 600 & sleep 601 & echo on; wait" });
    const listed = await waitFor("its three processes", async () => {
      const processes = await ada.client.call(contract.listProcesses, { params: { id } });
      const lines = processes.map((process) => process.command_line.replace(/^(.*)sh -c .*/, "sh")).sort();
      // A child is a copy of its shell until it becomes the program.
      return lines.join(",") === "sh,sleep 600,sleep 601" ? processes : null;
    });
    expect(listed.every((process) => process.rss_bytes > 0)).toBe(true);
    await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
    expect(await ada.client.call(contract.listProcesses, { params: { id } })).toEqual([]);
  });
});

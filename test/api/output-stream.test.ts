import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { contract, type OutputChunk, type TaskDetail } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** Following what a task writes: nothing lost, nothing repeated, and at the end how it ended. */
const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

type Heard = { bytes: Buffer; next: number; end: TaskDetail | null; names: string[] };

/** Reads a stream to its end, or breaks it off after so many events. */
async function listen(
  id: number,
  from: { offset?: number; lastEventId?: string } = {},
  maxEvents = Number.POSITIVE_INFINITY,
): Promise<Heard> {
  const heard: Heard = {
    bytes: Buffer.alloc(0),
    next: from.offset ?? Number(from.lastEventId ?? 0),
    end: null,
    names: [],
  };
  const query = from.offset === undefined ? {} : { offset: from.offset };
  const headers: Record<string, string> = from.lastEventId === undefined ? {} : { "Last-Event-ID": from.lastEventId };
  for await (const event of ada.client.events(contract.streamOutput, { params: { id }, query }, { headers })) {
    heard.names.push(event.event);
    if (event.event === "end") {
      heard.end = JSON.parse(event.data) as TaskDetail;
    } else {
      const chunk = JSON.parse(event.data) as OutputChunk;
      const data = Buffer.from(chunk.data, "base64");
      expect(chunk.offset).toBe(heard.next);
      heard.next += data.length;
      expect(event.id).toBe(String(heard.next));
      heard.bytes = Buffer.concat([heard.bytes, data]);
    }
    if (heard.names.length >= maxEvents) {
      break;
    }
  }
  return heard;
}

async function rawBytes(id: number): Promise<Buffer> {
  const response = await ada.request(`/taskapi/tasks/${id}/output/`);
  return Buffer.from(await response.arrayBuffer());
}

const slowly = "i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i + 1)); [ $((i % 20)) = 0 ] && sleep 0.02; done";

it("gives a running task's bytes as they come, then the task as it ended", async () => {
  const { id } = await ada.submit({ command: `${slowly}; printf '\\377\\000end'; exit 3` });
  const heard = await listen(id);
  expect(heard.bytes.equals(await rawBytes(id))).toBe(true);
  expect(heard.names.at(-1)).toBe("end");
  expect(heard.names.filter((name) => name === "end")).toHaveLength(1);
  expect(heard.end).toMatchObject({ id, status: "failed", exit_code: 3, output_bytes: heard.next });
  expect(heard.end).toEqual(await ada.get(id));
});

it.each(["offset", "Last-Event-ID"])("goes on after any number of breaks, by %s", async (by) => {
  const { id } = await ada.submit({ command: slowly });
  const parts: Buffer[] = [];
  let next = 0;
  let end: TaskDetail | null = null;
  while (end === null) {
    const heard = await listen(id, by === "offset" ? { offset: next } : { lastEventId: String(next) }, 2);
    parts.push(heard.bytes);
    next = heard.next;
    end = heard.end;
  }
  expect(parts.length).toBeGreaterThan(3);
  expect(Buffer.concat(parts).equals(await rawBytes(id))).toBe(true);
});

it("goes on by Last-Event-ID when the address still names where it first began", async () => {
  const { id } = await ada.submit({ command: "printf 0123456789" });
  await ada.waitForEnd(id);
  const path = `/taskapi/tasks/${id}/output/stream/?offset=2`;
  const answer = await send(server, "GET", path, { as: ada, headers: { "Last-Event-ID": "7" } });
  expect(answer.text).toContain('{"offset":7,');
  expect(answer.text).not.toContain('{"offset":2,');
});

it("speaks as the event stream format wants it", async () => {
  const { id } = await ada.submit({ command: "printf hello" });
  await ada.waitForEnd(id);
  const answer = await send(server, "GET", `/taskapi/tasks/${id}/output/stream`, { as: ada });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
  expect(answer.text).toContain('event: output\nid: 5\ndata: {"offset":0,"data":"aGVsbG8=","attempt":1}\n\n');
  expect(answer.text).toMatch(/event: end\ndata: \{.*\}\n\n$/);
});

it.each([
  { rule: "from the middle", query: "?offset=4", lastEventId: "", text: "456789" },
  { rule: "from the end", query: "?offset=10", lastEventId: "", text: "" },
  { rule: "from beyond the end", query: "?offset=99", lastEventId: "", text: "" },
  { rule: "from an id that is none", query: "", lastEventId: "what", text: "0123456789" },
])("of an ended task $rule gives '$text' and the end", async ({ query, lastEventId, text }) => {
  const { id } = await ada.submit({ command: "printf 0123456789" });
  await ada.waitForEnd(id);
  const path = `/taskapi/tasks/${id}/output/stream/${query}`;
  const answer = await send(server, "GET", path, { as: ada, headers: { "Last-Event-ID": lastEventId } });
  const data = /"data":"([^"]*)"/.exec(answer.text)?.[1] ?? "";
  expect(Buffer.from(data, "base64").toString()).toBe(text);
  expect(answer.text).toContain("event: end");
});

it("of a pending task waits until it has begun", async () => {
  const gate = join(server.directory, "gate");
  const runAt = new Date(Date.now() + 300).toISOString();
  const { id, status } = await ada.submit({
    command: `echo begun; until [ -e ${gate} ]; do sleep 0.02; done`,
    run_at: runAt,
  });
  expect(status).toBe("pending");
  const first = await listen(id, {}, 1);
  expect(first).toMatchObject({ names: ["output"], next: 6 });
  writeFileSync(gate, "");
  const rest = await listen(id, { offset: 6 });
  expect(rest).toMatchObject({ names: ["end"], end: { status: "completed" } });
});

it("of a task that is killed while pending only ends", async () => {
  const { id } = await ada.submit({ command: "true", run_at: "2099-01-01T00:00:00Z" });
  const listening = listen(id);
  await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
  expect(await listening).toMatchObject({ names: ["end"], end: { status: "killed" }, next: 0 });
});

it("goes to many followers, each all of it", async () => {
  const { id } = await ada.submit({ command: slowly });
  const heard = await Promise.all(Array.from({ length: 8 }, () => listen(id)));
  const raw = await rawBytes(id);
  for (const one of heard) {
    expect(one.bytes.equals(raw)).toBe(true);
    expect(one.end?.status).toBe("completed");
  }
});

it("refuses an offset that is none", async () => {
  const { id } = await ada.submit({ command: "true" });
  for (const query of ["offset=-1", "offset=x", "offset=1.5"]) {
    const answer = await send(server, "GET", `/taskapi/tasks/${id}/output/stream/?${query}`, { as: ada });
    expect(answer).toMatchObject({ status: 400, body: { offset: expect.any(Array) } });
  }
});

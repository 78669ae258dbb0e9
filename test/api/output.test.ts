import { beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** What a task wrote: the bytes as they are, parts of them, and pages of lines. */
const server = startSharedServer();
let ada: Member;
let bob: Member;
let digits: number;
beforeAll(async () => {
  ada = await server.join("ada");
  bob = await server.join("bob");
  digits = await ran("printf 0123456789");
});

async function ran(command: string): Promise<number> {
  const { id } = await ada.submit({ command });
  await ada.waitForEnd(id);
  return id;
}

const output = (id: number, query = "", headers: Record<string, string> = {}) =>
  send(server, "GET", `/taskapi/tasks/${id}/output/${query}`, { as: ada, headers });

describe("the bytes", () => {
  it("come out exactly as they went in, all 256 of them", async () => {
    const id = await ran('i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %03o $i)"; i=$((i + 1)); done');
    const response = await ada.request(`/taskapi/tasks/${id}/output/`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect([...bytes]).toEqual(Array.from({ length: 256 }, (_, index) => index));
    expect(response.headers.get("Content-Length")).toBe("256");
  });

  it("are text to a browser, whatever they are", async () => {
    const id = await ran("echo '<script>alert(1)</script>'");
    const answer = await output(id);
    expect(answer.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(answer.headers.get("Content-Disposition")).toBeNull();
    const download = await output(id, "?download=1");
    expect(download.headers.get("Content-Disposition")).toBe(`attachment; filename="task-${id}.1.log"`);
  });

  it("are none of a task that wrote nothing, and of one that has not begun", async () => {
    const pending = await ada.submit({ command: "true", run_at: "2099-01-01T00:00:00Z" });
    for (const id of [await ran("true"), pending.id]) {
      const answer = await output(id);
      expect(answer).toMatchObject({ status: 200, text: "" });
      expect(answer.headers.get("Content-Length")).toBe("0");
    }
  });

  it("can be read while the task runs", async () => {
    const { id } = await ada.submit({ command: "echo so far; sleep 600" });
    await expect.poll(() => ada.output(id)).toBe("so far\n");
    expect(await ada.get(id)).toMatchObject({ status: "running", output_bytes: 7 });
    await send(server, "DELETE", `/taskapi/tasks/${id}/`, { as: ada });
  });
});

describe("a part, by Range", () => {
  it.each([
    { rule: "the first", range: "bytes=0-3", text: "0123", contentRange: "bytes 0-3/10" },
    { rule: "one byte", range: "bytes=0-0", text: "0", contentRange: "bytes 0-0/10" },
    { rule: "from the middle", range: "bytes=4-6", text: "456", contentRange: "bytes 4-6/10" },
    { rule: "from a byte on", range: "bytes=7-", text: "789", contentRange: "bytes 7-9/10" },
    { rule: "the last", range: "bytes=-3", text: "789", contentRange: "bytes 7-9/10" },
    { rule: "more than there is", range: "bytes=5-999", text: "56789", contentRange: "bytes 5-9/10" },
    { rule: "a longer end than there is", range: "bytes=-999", text: "0123456789", contentRange: "bytes 0-9/10" },
  ])("$rule: $range", async ({ range, text, contentRange }) => {
    const answer = await output(digits, "", { Range: range });
    expect(answer).toMatchObject({ status: 206, text });
    expect(answer.headers.get("Content-Range")).toBe(contentRange);
    expect(answer.headers.get("Content-Length")).toBe(String(text.length));
  });

  it.each(["bytes=10-", "bytes=10-20", "bytes=99999999999999999999-", "bytes=-0"])(
    "beyond the end answers 416: %s",
    async (range) => {
      const answer = await output(digits, "", { Range: range });
      expect(answer.status).toBe(416);
      expect(answer.body).toMatchObject({ code: "range_not_satisfiable" });
      expect(answer.headers.get("Content-Range")).toBe("bytes */10");
    },
  );

  it.each(["bytes=5-2", "bytes=-", "bytes=a-b", "lines=0-3", "bytes 0-3", "bytes=0-1,3-4"])(
    "that is malformed or of another kind is ignored: %s",
    async (range) => {
      const answer = await output(digits, "", { Range: range });
      expect(answer).toMatchObject({ status: 200, text: "0123456789" });
      expect(answer.headers.get("Content-Range")).toBeNull();
    },
  );
});

describe("a part, by query", () => {
  it.each([
    { query: "?tail_bytes=3", text: "789" },
    { query: "?tail_bytes=0", text: "" },
    { query: "?tail_bytes=999", text: "0123456789" },
    { query: "?attempt=1", text: "0123456789" },
  ])("$query", async ({ query, text }) => {
    const answer = await output(digits, query);
    expect(answer).toMatchObject({ status: 200, text });
    expect(answer.headers.get("Content-Length")).toBe(String(text.length));
  });

  it.each([
    { query: "?tail_bytes=-1", field: "tail_bytes" },
    { query: "?tail_bytes=many", field: "tail_bytes" },
    { query: "?attempt=0", field: "attempt" },
    { query: "?stream=stderr", field: "stream" },
    { query: "?stream=other", field: "stream" },
  ])("$query is refused by its field", async ({ query, field }) => {
    const answer = await output(digits, query);
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body as object)).toEqual([field]);
  });

  it("of an attempt that never was answers 404", async () => {
    for (const path of ["?attempt=2", "lines/?attempt=2", "stream/?attempt=2"]) {
      expect(await output(digits, path)).toMatchObject({ status: 404, body: { detail: "Not found." } });
    }
  });
});

describe("lines", () => {
  let numbered: number;
  beforeAll(async () => {
    numbered = await ran("i=1; while [ $i -le 300 ]; do echo line $i; i=$((i + 1)); done; printf unfinished");
  });

  it.each([
    { query: "", first: 1, count: 200, text: "line 1" },
    { query: "?from=1&count=2", first: 1, count: 2, text: "line 1" },
    { query: "?from=250&count=3", first: 250, count: 3, text: "line 250" },
    { query: "?from=300", first: 300, count: 2, text: "line 300" },
    { query: "?from=-1", first: 301, count: 1, text: "unfinished" },
    { query: "?from=-3&count=2", first: 299, count: 2, text: "line 299" },
    { query: "?from=-5000&count=1", first: 1, count: 1, text: "line 1" },
  ])("$query begin at line $first", async ({ query, first, count, text }) => {
    const { status, body } = await output(numbered, `lines/${query}`);
    const page = body as { lines: { number: number; text: string }[]; total: number; gap: null };
    expect(status).toBe(200);
    expect(page).toMatchObject({ total: 301, gap: null });
    expect(page.lines[0]).toMatchObject({ number: first, text });
    expect(page.lines.map((line) => line.number)).toEqual(Array.from({ length: count }, (_, index) => first + index));
  });

  it("name the offset of their first byte, which Range understands", async () => {
    const { body } = await output(numbered, "lines/?from=123&count=1");
    const [line] = (body as { lines: { offset: number }[] }).lines;
    const bytes = await output(numbered, "", { Range: `bytes=${line?.offset}-${(line?.offset ?? 0) + 7}` });
    expect(bytes.text).toBe("line 123");
  });

  it.each([
    { rule: "beyond the end there are none", command: "echo 1", query: "?from=9", lines: [], total: 1 },
    { rule: "nothing written, no lines", command: "true", query: "", lines: [], total: 0 },
    { rule: "an empty line is a line", command: "echo; echo", query: "", lines: ["", ""], total: 2 },
    { rule: "what is no UTF-8 is shown as �", command: "printf 'a\\377b\\n'", query: "", lines: ["a�b"], total: 1 },
  ])("$rule", async ({ command, query, lines, total }) => {
    const { body } = await output(await ran(command), `lines/${query}`);
    expect(body).toMatchObject({ total, gap: null });
    expect((body as { lines: { text: string }[] }).lines.map((line) => line.text)).toEqual(lines);
  });

  it.each(["?count=0", "?count=5001", "?from=x", "?count=1.5"])("%s is refused", async (query) => {
    expect(await output(digits, `lines/${query}`)).toMatchObject({ status: 400 });
  });
});

it.each(["", "lines/", "stream/"])("somebody else's answers 404: output/%s", async (path) => {
  const answer = await send(server, "GET", `/taskapi/tasks/${digits}/output/${path}`, { as: bob });
  expect(answer).toMatchObject({ status: 404, body: { detail: "Not found." } });
});

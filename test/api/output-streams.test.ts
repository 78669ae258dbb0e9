import { beforeAll, describe, expect, it } from "vitest";
import { contract, type StderrMarks } from "../../src/contract/index.ts";
import { send } from "../support/http.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** Standard error told from standard output, of tasks that ask for it. */
const server = startSharedServer();
let ada: Member;
let marked: number;
let plain: number;
beforeAll(async () => {
  ada = await server.join("ada");
  // Each waits until the other stream's words are in the file, so that their order is known.
  const until = (size: number) =>
    `until [ "$(stat -c %s ${server.directory}/output/0/$UTM_TASK_ID.1)" = ${size} ]; do sleep 0.01; done`;
  marked = await ran({
    command: `printf out1; ${until(4)}; printf err1 >&2; ${until(8)}; printf out2`,
    mark_stderr: true,
  });
  plain = await ran({ command: "echo both; echo err >&2" });
});

async function ran(submission: Record<string, unknown>): Promise<number> {
  const { id } = await ada.submit(submission);
  await ada.waitForEnd(id);
  return id;
}

const output = (id: number, query: string, headers: Record<string, string> = {}) =>
  send(server, "GET", `/taskapi/tasks/${id}/output/${query}`, { as: ada, headers });

const marksOf = (id: number, query: Record<string, number> = {}): Promise<StderrMarks> =>
  ada.client.call(contract.getStderrMarks, { params: { id }, query });

describe("a task that marks its standard error", () => {
  it("has one output, and each stream of it", async () => {
    expect((await output(marked, "")).text).toBe("out1err1out2");
    expect((await output(marked, "?stream=stderr")).text).toBe("err1");
    expect((await output(marked, "?stream=stdout")).text).toBe("out1out2");
    expect((await output(marked, "?stream=stdout&tail_bytes=2")).text).toBe("t2");
    expect((await output(marked, "?stream=stderr&tail_bytes=2")).text).toBe("");
  });

  it("says which bytes came from there, for any window", async () => {
    const whole = { marked: true, truncated: false, whole: true, unmarked_from: null };
    const mark = { first: 4, last: 7 };
    expect(await marksOf(marked)).toEqual({ ...whole, marks: [mark] });
    expect(await marksOf(marked, { first: 7, end: 8 })).toEqual({ ...whole, marks: [mark] });
    expect(await marksOf(marked, { first: 8 })).toEqual({ ...whole, marks: [] });
    expect(await marksOf(marked, { end: 4 })).toEqual({ ...whole, marks: [] });
  });

  it("answers many marks page by page", async () => {
    const command = "i=0; while [ $i -lt 5 ]; do printf o; sleep 0.05; printf e >&2; sleep 0.05; i=$((i+1)); done";
    const id = await ran({ command, mark_stderr: true });
    const first = await marksOf(id, { limit: 2 });
    expect([first.marks.length, first.truncated]).toEqual([2, true]);
    const rest = await marksOf(id, { first: (first.marks[1]?.last ?? 0) + 1 });
    expect([rest.marks.length, rest.truncated]).toEqual([3, false]);
  });

  it("misses nothing when it could not start", async () => {
    const id = await ran({ command: "true", cwd: "/no/such/directory", mark_stderr: true });
    expect(await marksOf(id)).toMatchObject({ marked: true, marks: [], whole: true });
  });

  it("has no bytes of one stream to ask for by their numbers, and no terminal", async () => {
    const answer = await output(marked, "?stream=stderr", { Range: "bytes=0-3" });
    expect([answer.status, Object.keys(answer.body as object)]).toEqual([400, ["stream"]]);
    const refused = await send(server, "POST", "/taskapi/tasks/", {
      as: ada,
      json: { command: "true", pty: true, mark_stderr: true },
    });
    expect([refused.status, Object.keys(refused.body as object)]).toEqual([400, ["mark_stderr"]]);
  });
});

describe("any other task", () => {
  it("says that nothing is known, and how to get it", async () => {
    expect(await marksOf(plain)).toEqual({
      marked: false,
      marks: [],
      truncated: false,
      whole: false,
      unmarked_from: null,
    });
    const answer = await output(plain, "?stream=stderr");
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toMatch(/submitted with mark_stderr/);
  });
});

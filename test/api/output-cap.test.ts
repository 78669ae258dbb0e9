import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { contract, type OutputChunk, type OutputLines } from "../../src/contract/index.ts";
import { type Member, startSharedServer } from "../support/server.ts";
import { waitFor } from "../support/wait-for.ts";

/**
 * A task that writes twenty times what may be kept: first and last part stay, what was removed from the middle is named,
 * and every byte that is left keeps its number. Line n is n as 15 digits, so each offset has one right byte.
 */
const capBytes = 1024 ** 2;
const lineCount = 1_310_720;
const size = lineCount * 16;

const server = startSharedServer({ environment: { UTM_OUTPUT_CAP_BYTES: "1M" } });
let ada: Member;
let id: number;
let gap: { first: number; last: number };

beforeAll(async () => {
  ada = await server.join("ada");
  const gate = join(server.directory, "gate");
  const command = `seq -f %015.0f 0 ${lineCount - 1}; until [ -e ${gate} ]; do sleep 0.02; done`;
  id = (await ada.submit({ command })).id;
  const named = await waitFor("the output to be shortened", async () => {
    const task = await ada.get(id);
    const { headers } = await ada.request(`/taskapi/tasks/${id}/output/`, { method: "HEAD" });
    const found = /^(\d+)-(\d+)$/.exec(headers.get("X-Output-Gap") ?? "");
    return task.output_bytes === size && found !== null && size - lengthOf(found) <= 1.2 * capBytes ? found : null;
  });
  gap = { first: Number(named[1]), last: Number(named[2]) };
  writeFileSync(gate, "");
  await ada.waitForEnd(id);
});

function lengthOf(found: RegExpExecArray): number {
  return Number(found[2]) - Number(found[1]) + 1;
}

/** What was written from one offset to another. */
function written(first: number, end: number): string {
  let text = "";
  for (let line = Math.floor(first / 16); line * 16 < end; line += 1) {
    text += `${String(line).padStart(15, "0")}\n`;
  }
  const skipped = first % 16;
  return text.slice(skipped, skipped + end - first);
}

async function range(first: number, last: number) {
  const response = await ada.request(`/taskapi/tasks/${id}/output/`, { headers: { Range: `bytes=${first}-${last}` } });
  return { response, text: await response.text() };
}

it("keeps first and last part, names the gap, and counts what was written", async () => {
  const response = await ada.request(`/taskapi/tasks/${id}/output/`);
  const text = await response.text();
  expect(response.headers.get("X-Output-Gap")).toBe(`${gap.first}-${gap.last}`);
  expect(response.headers.get("Content-Length")).toBe(String(text.length));
  expect(gap.first).toBeGreaterThanOrEqual(capBytes / 4);
  expect(size - gap.last).toBeGreaterThanOrEqual(capBytes / 4);
  expect(text.length).toBeLessThanOrEqual(1.2 * capBytes);
  expect(text === written(0, gap.first) + written(gap.last + 1, size)).toBe(true);
  expect(await ada.get(id)).toMatchObject({ status: "completed", output_bytes: size });
  const attempts = await ada.client.call(contract.listAttempts, { params: { id } });
  expect(attempts).toMatchObject([{ output_bytes: size, output_gap: gap }]);
});

it("answers a Range on either side of the gap by the offsets the process wrote at", async () => {
  for (const first of [0, gap.first - 100, gap.last + 1, size - 100]) {
    const { response, text } = await range(first, first + 99);
    expect(response.status).toBe(206);
    expect(response.headers.get("Content-Range")).toBe(`bytes ${first}-${first + 99}/${size}`);
    expect(text).toBe(written(first, first + 100));
  }
});

it("answers a Range that touches the gap with what is left, and the gap's header", async () => {
  const cases = [
    { first: gap.first + 10, last: gap.first + 99, left: "" },
    { first: gap.first - 5, last: gap.first + 5, left: written(gap.first - 5, gap.first) },
    { first: gap.last - 5, last: gap.last + 5, left: written(gap.last + 1, gap.last + 6) },
  ];
  for (const { first, last, left } of cases) {
    const { response, text } = await range(first, last);
    expect(response.status).toBe(206);
    expect(response.headers.get("X-Output-Gap")).toBe(`${gap.first}-${gap.last}`);
    expect(response.headers.get("Content-Length")).toBe(String(left.length));
    expect(text).toBe(left);
  }
});

it("streams what is left, with true offsets", async () => {
  let received = "";
  let next = 0;
  for await (const { event, data, id: eventId } of ada.client.events(contract.streamOutput, {
    params: { id },
    query: {},
  })) {
    if (event === "output") {
      const chunk = JSON.parse(data) as OutputChunk;
      const text = Buffer.from(chunk.data, "base64").toString();
      expect(chunk.offset === next || (next === gap.first && chunk.offset === gap.last + 1)).toBe(true);
      expect(text === written(chunk.offset, chunk.offset + text.length)).toBe(true);
      next = chunk.offset + text.length;
      expect(eventId).toBe(String(next));
      received += text;
    }
  }
  expect(next).toBe(size);
  expect(received.length).toBe(size - (gap.last - gap.first + 1));
});

it("streams from an offset inside the gap what comes behind it", async () => {
  const query = { offset: gap.first + 1000 };
  for await (const { event, data } of ada.client.events(contract.streamOutput, { params: { id }, query })) {
    expect(event).toBe("output");
    expect((JSON.parse(data) as OutputChunk).offset).toBe(gap.last + 1);
    break;
  }
});

it("names the gap beside lines", async () => {
  const page: OutputLines = await ada.client.call(contract.getOutputLines, {
    params: { id },
    query: { from: -2 },
  });
  expect(page.gap).toEqual(gap);
  expect(page.lines.map((line) => line.text)).toEqual([String(lineCount - 2), String(lineCount - 1)].map(padded));
});

function padded(text: string): string {
  return text.padStart(15, "0");
}

it("shortens also what was written faster than anybody looked", async () => {
  const task = await ada.submit({ command: `head -c ${8 * capBytes} /dev/zero` });
  expect(await ada.waitForEnd(task.id)).toMatchObject({ status: "completed", output_bytes: 8 * capBytes });
  const response = await ada.request(`/taskapi/tasks/${task.id}/output/`, { method: "HEAD" });
  expect(response.headers.get("X-Output-Gap")).toMatch(/^\d+-\d+$/);
  expect(Number(response.headers.get("Content-Length"))).toBeLessThanOrEqual(1.2 * capBytes);
});

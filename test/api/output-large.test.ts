import { beforeAll, expect, it } from "vitest";
import { contract, type OutputChunk } from "../../src/contract/index.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** An output of 5 GiB, where offsets no longer fit into 32 bits. All but its end is a hole, so it takes no place. */
const holeBytes = 5 * 1024 ** 3;
const size = holeBytes + 10;
const server = startSharedServer({ environment: { UTM_OUTPUT_CAP_BYTES: "0" } });
let ada: Member;
let id: number;
beforeAll(async () => {
  ada = await server.join("ada");
  id = (await ada.submit({ command: `truncate -s ${holeBytes} /proc/self/fd/1 && printf 0123456789` })).id;
  expect(await ada.waitForEnd(id)).toMatchObject({ status: "completed", output_bytes: size });
});

const request = (query: string, init: RequestInit = {}) => ada.request(`/taskapi/tasks/${id}/output/${query}`, init);

it.each([
  { range: `bytes=${holeBytes + 2}-${holeBytes + 4}`, first: 2, last: 4 },
  { range: `bytes=${holeBytes + 7}-`, first: 7, last: 9 },
  { range: "bytes=-10", first: 0, last: 9 },
])("a Range beyond 4 GiB: $range", async ({ range, first, last }) => {
  const response = await request("", { headers: { Range: range } });
  expect(response.status).toBe(206);
  expect(response.headers.get("Content-Range")).toBe(`bytes ${holeBytes + first}-${holeBytes + last}/${size}`);
  expect(await response.text()).toBe("0123456789".slice(first, last + 1));
});

it("a Range across 2 GiB", async () => {
  const response = await request("", { headers: { Range: `bytes=${2 ** 31 - 3}-${2 ** 31 + 2}` } });
  expect(response.headers.get("Content-Range")).toBe(`bytes ${2 ** 31 - 3}-${2 ** 31 + 2}/${size}`);
  expect(await response.text()).toBe("\0".repeat(6));
});

it("a download tells its length, and ends with its reader", async () => {
  const response = await request("?download=1");
  expect(response.headers.get("Content-Length")).toBe(String(size));
  const reader = response.body?.getReader();
  expect((await reader?.read())?.value?.[0]).toBe(0);
  await reader?.cancel();
  expect(await (await request("?tail_bytes=3")).text()).toBe("789");
});

it("a stream from an offset beyond 4 GiB", async () => {
  const query = { offset: holeBytes + 5 };
  for await (const { data, id: next } of ada.client.events(contract.streamOutput, { params: { id }, query })) {
    const chunk = JSON.parse(data) as OutputChunk;
    expect(chunk.offset).toBe(holeBytes + 5);
    expect(Buffer.from(chunk.data, "base64").toString()).toBe("56789");
    expect(next).toBe(String(size));
    break;
  }
});

import { beforeAll, expect, it } from "vitest";
import { contract } from "../../src/contract/index.ts";
import { type Member, startSharedServer } from "../support/server.ts";

const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

it("answers the lines of one stream in pages, and refuses what has no meaning", async () => {
  const command = "for n in 1 2 3; do echo $n; done >&2";
  const { id } = await ada.submit({ command, mark_stderr: true });
  await ada.waitForEnd(id);
  const ask = (query: { from?: number; count?: number; stream: "stdout" | "stderr" }) =>
    ada.client.call(contract.getOutputLines, { params: { id }, query });
  const first = await ask({ stream: "stderr", count: 2 });
  expect(first).toMatchObject({ lines: [{ number: 1 }, { number: 2 }], total: 3, next: 3 });
  expect(await ask({ stream: "stderr", from: 3 })).toMatchObject({ lines: [{ number: 3, text: "3" }], next: null });
  expect(await ask({ stream: "stdout" })).toEqual({ lines: [], total: 3, next: null, gap: null });
  expect(await ask({ stream: "stderr", from: 9 })).toMatchObject({ lines: [], next: null });
  await expect(ask({ stream: "stderr", from: -1 })).rejects.toMatchObject({
    status: 400,
    fields: { from: [expect.stringContaining("beginning")] },
  });
});

it("a page of all lines says where the next one begins", async () => {
  const { id } = await ada.submit({ command: "seq 1 5" });
  await ada.waitForEnd(id);
  const ask = (from: number) => ada.client.call(contract.getOutputLines, { params: { id }, query: { from, count: 3 } });
  expect((await ask(1)).next).toBe(4);
  expect((await ask(4)).next).toBeNull();
  expect((await ask(-4)).next).toBe(5);
});

/** @module-tag whole */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { contract, type OutputChunk } from "../../src/contract/index.ts";
import { startCli } from "../support/cli.ts";
import { testDirectory } from "../support/directory.ts";
import { type Member, startSharedServer } from "../support/server.ts";

/** Outputs that are no tidy text: every way out gives the same bytes, and those that give text never break on them. */
const server = startSharedServer();
let ada: Member;
beforeAll(async () => {
  ada = await server.join("ada");
});

const tenMegabytes = 10_000_000;
const randomBytes = (count: number, seed: number) => {
  let state = seed;
  return Buffer.from(
    Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state >> 16;
    }),
  );
};

const outputs: { what: string; bytes: Buffer; lines: number; needle: string; needleLine: number }[] = [
  {
    what: "binary, with all bytes and no end of line at the end",
    bytes: Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, at) => at)), Buffer.from("needle")]),
    lines: 2,
    needle: "needle",
    needleLine: 2,
  },
  {
    what: "invalid UTF-8: cut characters, stray bytes, surrogates, too long forms",
    bytes: Buffer.from("e282280a80bfc3280aeda0800af0808080ac0a6e6565646c65ff0afe", "hex"),
    lines: 6,
    needle: "needle\ufffd",
    needleLine: 5,
  },
  {
    what: "two lines of 10 MB and a short one without an end",
    bytes: Buffer.concat([
      Buffer.alloc(tenMegabytes, "ab"),
      Buffer.from("\n"),
      Buffer.alloc(tenMegabytes, "\u20ac"),
      Buffer.from("needle\r\nend"),
    ]),
    lines: 3,
    needle: "needle",
    needleLine: 2,
  },
  {
    what: "one line of random bytes without an end, behind NULs",
    bytes: Buffer.concat([
      Buffer.alloc(70_000),
      Buffer.from(randomBytes(500_000, 7).map((byte) => (byte === 10 ? 11 : byte))),
      Buffer.from("needle"),
    ]),
    lines: 1,
    needle: "needle",
    needleLine: 1,
  },
  { what: "only ends of lines", bytes: Buffer.from("\n\r\n\n"), lines: 3, needle: "^$", needleLine: 1 },
];

describe.each(outputs)("$what", ({ bytes, lines, needle, needleLine }) => {
  let id: number;
  beforeAll(async () => {
    const path = join(server.directory, `bytes-${bytes.length}`);
    writeFileSync(path, bytes);
    id = (await ada.submit({ argv: ["cat", path] })).id;
    await ada.waitForEnd(id);
  });

  it("raw", async () => {
    const response = await ada.request(`/taskapi/tasks/${id}/output/`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it("streamed", async () => {
    const pieces: Buffer[] = [];
    for await (const { event, data } of ada.client.events(contract.streamOutput, { params: { id }, query: {} })) {
      if (event === "output") {
        pieces.push(Buffer.from((JSON.parse(data) as OutputChunk).data, "base64"));
      }
    }
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });

  it("in lines that begin where they say", async () => {
    const page = await ada.client.call(contract.getOutputLines, { params: { id }, query: {} });
    expect(page.total).toBe(lines);
    expect(page.lines.map(({ number }) => number)).toEqual(Array.from({ length: lines }, (_, at) => at + 1));
    for (const line of page.lines) {
      expect(line.offset === 0 || bytes[line.offset - 1] === 10).toBe(true);
      const start = bytes.toString("utf8", line.offset, line.offset + 40).split(/\r?\n/, 1)[0] ?? "";
      expect(line.text.slice(0, 8)).toBe(start.slice(0, 8));
    }
  });

  it("searched", async () => {
    const query = { q: needle, regex: "1" as const, before: 1, after: 1 };
    const { matches } = await ada.client.call(contract.searchOutput, { params: { id }, query });
    const [match] = matches;
    expect(match?.number).toBe(needleLine);
    expect(match?.text.slice(match.match_start, match.match_end)).toMatch(new RegExp(needle));
    expect(match?.text.length).toBeLessThanOrEqual(65_536);
  });

  it("printed by utm logs, and followed by utm logs -f", async () => {
    const home = testDirectory();
    const environment = { UTM_SERVER: server.url, UTM_TOKEN: ada.token };
    for (const words of [
      ["logs", String(id)],
      ["logs", "-f", String(id)],
    ]) {
      const running = startCli(words, { home, environment });
      expect(await running.end()).toMatchObject({ exitCode: 0 });
      expect(running.stdoutBytes.equals(bytes)).toBe(true);
    }
  });
});

it("a stream can be gone on from at any byte", async () => {
  const whole = randomBytes(700_000, 3);
  const path = join(server.directory, "cut");
  writeFileSync(path, whole);
  const { id } = await ada.submit({ argv: ["cat", path] });
  await ada.waitForEnd(id);

  /** What comes from an offset on, up to another one, where the reader leaves. */
  async function part(offset: number, end: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let next = offset;
    for await (const { data } of ada.client.events(contract.streamOutput, { params: { id }, query: { offset } })) {
      const chunk = JSON.parse(data) as OutputChunk;
      expect(chunk.offset).toBe(next);
      pieces.push(Buffer.from(chunk.data, "base64"));
      next += pieces.at(-1)?.length ?? 0;
      if (next >= end) {
        break;
      }
    }
    return Buffer.concat(pieces).subarray(0, end - offset);
  }

  const cuts = fc.array(fc.nat({ max: whole.length - 1 }), { minLength: 1, maxLength: 6 });
  const property = fc.asyncProperty(cuts, async (unsorted) => {
    const ends = [...new Set([...unsorted, whole.length])].filter((end) => end > 0).toSorted((a, b) => a - b);
    const parts: Buffer[] = [];
    for (const [at, end] of ends.entries()) {
      parts.push(await part(ends[at - 1] ?? 0, end));
    }
    expect(Buffer.concat(parts).equals(whole)).toBe(true);
  });
  await fc.assert(property, { numRuns: 25 });
});

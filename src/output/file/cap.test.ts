import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { writeGap } from "./gap-record.ts";
import { createLineIndex, extendLineIndex, lineTotal } from "./line-index.ts";
import { collect, type OutputFixture, openOutput, startWriter } from "./output-fixture.ts";
import { readPieces } from "./read.ts";

const mebibyte = 1024 * 1024;

const canPunch = (() => {
  const directory = mkdtempSync(join(tmpdir(), "utm-punch-"));
  const path = join(directory, "file");
  writeFileSync(path, Buffer.alloc(8192));
  const { status } = spawnSync("fallocate", ["-p", "-o", "0", "-l", "4096", path]);
  rmSync(directory, { recursive: true });
  return status === 0;
})();

const needsPunching = test.skipIf(!canPunch);
const note = canPunch
  ? ""
  : " [SKIPPED: no fallocate, or the file system of the temporary directory cannot punch holes]";

/** Every line is its own number in eight bytes, so that any byte says where it belongs. */
const writeNumbers = (count: number) => `seq -f %07.0f 0 ${count - 1}`;

function allocatedBytes(fixture: OutputFixture): number {
  return statSync(fixture.path).blocks * 512;
}

function expectNumbers(data: Buffer, offset: number): void {
  const first = Math.ceil(offset / 8);
  const skipped = first * 8 - offset;
  const count = Math.floor((data.length - skipped) / 8);
  const expected = Array.from({ length: count }, (_, at) => `${String(first + at).padStart(7, "0")}\n`).join("");
  expect(data.subarray(skipped, skipped + count * 8).toString() === expected).toBe(true);
}

needsPunching(`head and tail stay, the middle goes, offsets stay valid${note}`, async () => {
  const fixture = openOutput();
  const { output, attempt } = fixture;
  await startWriter(fixture, writeNumbers(mebibyte)).exited;
  const gap = await output.cap(attempt, mebibyte);
  expect(gap).toEqual({ first: mebibyte / 2, last: 8 * mebibyte - mebibyte / 2 - 1 });
  expect(await output.gap(attempt)).toEqual(gap);
  expect(await output.size(attempt)).toBe(8 * mebibyte);
  expect(allocatedBytes(fixture)).toBeLessThanOrEqual(mebibyte + 8192);
  let kept = 0;
  for await (const piece of output.read(attempt, { first: 0, end: 8 * mebibyte })) {
    expectNumbers(piece.data, piece.offset);
    kept += piece.data.length;
  }
  expect(kept).toBe(mebibyte);
  expect(output.capProblem()).toBeNull();
});

needsPunching(
  `nothing goes before the file is 1.2 times the cap, and the gap grows at its end only${note}`,
  async () => {
    const fixture = openOutput();
    const { output, attempt, path } = fixture;
    output.prepare(attempt);
    appendFileSync(path, Buffer.alloc(1_200_000, "x"));
    expect(await output.cap(attempt, 1_000_000)).toBeNull();
    appendFileSync(path, "y");
    const first = await output.cap(attempt, 1_000_000);
    expect(first).toEqual({ first: 503_808, last: 4096 * Math.floor(700_001 / 4096) - 1 });
    expect(await output.cap(attempt, 1_000_000)).toEqual(first);
    appendFileSync(path, Buffer.alloc(1_000_000, "z"));
    const second = await output.cap(attempt, 1_000_000);
    expect(second).toEqual({ first: 503_808, last: 4096 * Math.floor(1_700_001 / 4096) - 1 });
    expect(await output.cap(attempt, 400_000)).toEqual({
      first: 200_704,
      last: 4096 * Math.floor(2_000_001 / 4096) - 1,
    });
  },
);

needsPunching(`what a crash left between record and punch is punched by the next cap${note}`, async () => {
  const fixture = openOutput();
  const { output, attempt, path } = fixture;
  output.prepare(attempt);
  appendFileSync(path, Buffer.alloc(2_000_000, "x"));
  await writeGap(path, { first: 4096, last: 1_638_399, isPending: true });
  symlinkSync("half made", `${path}.gap.new`);
  expect(await output.cap(attempt, 1_000_000)).toEqual({ first: 4096, last: 1_638_399 });
  expect(allocatedBytes(fixture)).toBeLessThan(400_000);
  expect(readlinkSync(`${path}.gap`)).toBe("4096-1638399");
});

needsPunching(
  `readers and followers of a flood that is capped meanwhile never see a zero${note}`,
  async () => {
    const fixture = openOutput();
    const { output, attempt } = fixture;
    const writer = startWriter(fixture, writeNumbers(3_000_000));
    let isOver = false;
    const ended = writer.exited.then(() => {
      isOver = true;
    });
    const follow = async () => {
      const options = { offset: 0, ended, signal: new AbortController().signal };
      for await (const piece of output.follow(attempt, options)) {
        expectNumbers(piece.data, piece.offset);
      }
    };
    const shorten = async () => {
      while (!isOver) {
        await output.cap(attempt, mebibyte);
        // A look at a file that needs nothing waits for nothing: without a turn of the loop nobody would hear of the end.
        await turn();
      }
    };
    const readAll = async () => {
      while (!isOver) {
        for await (const piece of output.read(attempt, { first: 0, end: await output.size(attempt) })) {
          expectNumbers(piece.data, piece.offset);
        }
        const page = await output.lines(attempt, { from: -100, count: 100 });
        expect(page.lines.slice(1, -1).every((line) => Number(line.text) * 8 === line.offset)).toBe(true);
      }
    };
    await Promise.all([follow(), shorten(), readAll()]);
    await output.cap(attempt, mebibyte);
    expect(await output.size(attempt)).toBe(24_000_000);
    expect(allocatedBytes(fixture)).toBeLessThan(2 * mebibyte);
    const head = await collect(output.read(attempt, { first: 0, end: mebibyte / 2 }));
    expectNumbers(head, 0);
  },
  30_000,
);

/** The open file, with the cap striking at the worst moment: just before the bytes of the n-th read are taken. */
async function openWithCapAtRead(fixture: OutputFixture, strikeAt: number, capBytes: number) {
  const handle = await open(fixture.path, "r");
  let reads = 0;
  const read = async (buffer: Buffer, offset: number, length: number, position: number) => {
    reads += 1;
    if (reads === strikeAt) {
      await fixture.output.cap(fixture.attempt, capBytes);
    }
    return handle.read(buffer, offset, length, position);
  };
  return { handle, struck: { read: read as typeof handle.read, stat: handle.stat.bind(handle) } };
}

needsPunching(
  `a cap that strikes between a reader's look at the record and its read shows no zero${note}`,
  async () => {
    const fixture = openOutput();
    const { output, attempt, path } = fixture;
    await startWriter(fixture, writeNumbers(mebibyte)).exited;
    const { handle, struck } = await openWithCapAtRead(fixture, 4, mebibyte);
    let kept = 0;
    for await (const piece of readPieces(struck, path, { first: 0, end: 8 * mebibyte })) {
      expectNumbers(piece.data, piece.offset);
      kept += piece.data.length;
    }
    await handle.close();
    // Three pieces came before the cap struck, and its head is two of them.
    expect(kept).toBe(mebibyte + 256 * 1024);
    expect(await output.gap(attempt)).not.toBeNull();
  },
);

needsPunching(`a cap that strikes while lines are counted gives the count of the lines left${note}`, async () => {
  const fixture = openOutput();
  const { output, attempt, path } = fixture;
  await startWriter(fixture, writeNumbers(mebibyte)).exited;
  for (const capBytes of [6 * mebibyte, 4 * mebibyte, 2 * mebibyte]) {
    const { handle, struck } = await openWithCapAtRead(fixture, 3, capBytes);
    const index = createLineIndex();
    await extendLineIndex(index, struck, path);
    await handle.close();
    expect(lineTotal(index)).toBe(capBytes / 8);
    expect(index.gap).toEqual(await output.gap(attempt));
  }
});

test("where holes cannot be punched nothing is removed and the reason is said", async () => {
  const fixture = openOutput();
  const { output, attempt, path } = fixture;
  output.prepare(attempt);
  appendFileSync(path, Buffer.alloc(100_000, "x"));
  const programs = mkdtempSync(join(tmpdir(), "utm-programs-"));
  vi.stubEnv("PATH", programs);
  try {
    expect(await output.cap(attempt, 10_000)).toBeNull();
    expect(output.capProblem()).toContain("fallocate");
  } finally {
    vi.unstubAllEnvs();
    rmSync(programs, { recursive: true });
  }
  expect(await output.gap(attempt)).toBeNull();
  expect(readFileSync(path).equals(Buffer.alloc(100_000, "x"))).toBe(true);
});

needsPunching(`offsets above 4 GiB are punched where they are${note}`, async () => {
  const fixture = openOutput();
  const { output, attempt, path } = fixture;
  output.prepare(attempt);
  const size = 5 * 1024 * mebibyte;
  execFileSync("truncate", ["-s", String(size), path]);
  appendFileSync(path, "the end\n");
  const gap = await output.cap(attempt, mebibyte);
  expect(gap?.last).toBe(size - mebibyte / 2 - 1);
  const end = await output.lines(attempt, { from: -1, count: 1 });
  expect(end.lines[0]?.offset).toBe((gap?.last ?? 0) + 1);
  const tail = await collect(output.read(attempt, { first: size, end: size + 8 }), size);
  expect(tail.toString()).toBe("the end\n");
});

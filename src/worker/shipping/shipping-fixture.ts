import { mkdtempSync, openSync, readSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Poke } from "../../dispatch/dispatcher.ts";
import { createLog } from "../../log/log.ts";
import { decodeBytes } from "../../output/blocks/encoding.ts";
import { type OutputFixture, openOutput } from "../../output/file/output-fixture.ts";
import { createMirrorOutput, type MirrorOutput, type MirrorOutputOptions } from "../../output/mirror/mirror-output.ts";
import type { AttemptRef, Gap } from "../../output/output.ts";
import { addNode, addRunning, addUser } from "../../store/conformance/sample.ts";
import type { OutputBlocks } from "../../store/output-blocks.ts";
import type { OutputMarks } from "../../store/output-marks.ts";
import { openFreshSqlite } from "../../store/sqlite/fresh-sqlite.ts";
import type { AttemptKey, Store } from "../../store/store.ts";
import { OutputShipping } from "./output-shipping.ts";
import { SentFiles } from "./sent-files.ts";

/** A node with a running attempt, its output directory and a record, and shippings made over them. */
export type ShippingFixture = OutputFixture & {
  store: Store;
  key: AttemptKey;
  pokes: Poke[];
  write(content: Buffer | string): void;
  /** As a start of the node makes it; stopped after the test. */
  start(options?: {
    blocks?: Partial<OutputBlocks>;
    marks?: Partial<OutputMarks>;
    restMs?: number;
    graceMs?: number;
  }): OutputShipping;
  addAttempt(): Promise<AttemptKey>;
  /** Another machine, that reads from the record; closed after the test. */
  openMirror(options?: Partial<MirrorOutputOptions>): { mirror: MirrorOutput; directory: string };
};

export async function openShipping(): Promise<ShippingFixture> {
  const fixture = openOutput();
  const database = await openFreshSqlite();
  onTestFinished(() => database.dispose());
  const { store } = database;
  const { output } = fixture;
  const ann = await addUser(store, "ann");
  const node = await addNode(store);
  const addAttempt = () => addRunning(store, ann.id, node);
  const key = await addAttempt();
  const attempt = { taskId: key.taskId, attempt: key.attempt };
  const path = output.prepare(attempt);
  const pokes: Poke[] = [];

  function start({ blocks = {}, marks = {}, restMs = 20, graceMs = 0 }: Parameters<ShippingFixture["start"]>[0] = {}) {
    const log = createLog("silent");
    const sentFiles = new SentFiles({
      ...{ store, output, log, graceMs },
      kept: async function* () {
        yield attempt;
      },
    });
    const poke = async (sent: Poke) => void pokes.push(sent);
    const shipping = new OutputShipping({
      output,
      poke,
      log,
      sentFiles,
      restMs,
      blocks: { ...store.blocks, ...blocks },
      marks: { ...store.marks, ...marks },
    });
    onTestFinished(() => shipping.stop());
    shipping.start();
    return shipping;
  }

  function openMirror(options: Partial<MirrorOutputOptions> = {}) {
    const cache = mkdtempSync(join(tmpdir(), "utm-mirror-"));
    const mirror = createMirrorOutput({
      directory: cache,
      source: store.blocks,
      marks: store.marks,
      announce: () => undefined,
      ...options,
    });
    onTestFinished(() => {
      mirror.close();
      rmSync(cache, { recursive: true, force: true });
    });
    return { mirror, directory: cache };
  }

  return {
    ...{ ...fixture, openMirror, store, key, attempt, path, pokes, start, addAttempt },
    write: (content) => writeFileSync(path, content),
  };
}

/** What the record has of an attempt: its bytes as pieces of a file with holes, and the range the cap removed. */
export async function readRecord(store: Store, attempt: AttemptRef): Promise<{ bytes: Buffer; gap: Gap | null }> {
  const pieces: { firstByte: number; data: Buffer }[] = [];
  let end = 0;
  let fromBlock = 0;
  for (;;) {
    const { blocks, gap } = await store.blocks.list({ ...attempt, fromBlock, beyondByte: end });
    if (blocks.length === 0) {
      const bytes = Buffer.alloc(end);
      for (const { firstByte, data } of pieces) {
        bytes.set(data, firstByte);
      }
      return { bytes: gap === null ? bytes : bytes.fill(0, gap.first, gap.last + 1), gap };
    }
    for (const block of blocks) {
      if (block.firstByte < end) {
        throw new Error(`A block begins at ${block.firstByte}, and the one before it ends at ${end}.`);
      }
      pieces.push({ firstByte: block.firstByte, data: await decodeBytes(block) });
      fromBlock = block.firstByte;
      end = block.firstByte + block.length;
    }
  }
}

/** The file as it is, zeros where it has a hole. */
export function readWhole(path: string): Buffer {
  const { size } = statSync(path);
  const bytes = Buffer.alloc(size);
  const file = openSync(path, "r");
  for (let position = 0; position < size; ) {
    position += readSync(file, bytes, position, size - position, position);
  }
  return bytes;
}

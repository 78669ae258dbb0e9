import { expect, test } from "vitest";
import { ApiFailure, Unreachable } from "../../client/client.ts";
import { SubmissionKeys } from "./submission-keys.ts";

const refusal = (status: number) => new ApiFailure("no", { status, code: null, fields: {}, retryAfterSeconds: null });

/** Submits the orders one after the other and answers the keys they went under. */
async function keysOf(keys: SubmissionKeys, tries: readonly [order: string, error: Error | null][]) {
  const used: string[] = [];
  for (const [order, error] of tries) {
    const send = async (key: string) => {
      used.push(key);
      if (error !== null) {
        throw error;
      }
    };
    await keys.submit({ command: order }, send).catch(() => undefined);
  }
  return used;
}

test.each([new Unreachable("gone"), refusal(502), refusal(503)])(
  "after %s the same order keeps its key",
  async (error) => {
    const [first, second, other] = await keysOf(new SubmissionKeys(), [
      ["a", error],
      ["a", null],
      ["b", null],
    ]);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  },
);

test.each([null, refusal(400), refusal(409)])("what was answered (%s) is done with", async (error) => {
  const [first, second] = await keysOf(new SubmissionKeys(), [
    ["a", error],
    ["a", null],
  ]);
  expect(second).not.toBe(first);
});

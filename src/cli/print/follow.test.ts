import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import type { FollowEvent } from "../../client/follow.ts";
import type { TaskDetail } from "../../contract/index.ts";
import type { Deps } from "../deps.ts";
import { followPrinter } from "./follow.ts";

async function printed(events: FollowEvent[]): Promise<{ stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const print = followPrinter({ stdout, stderr } as unknown as Deps, { from: 0, showOutput: true });
  for (const event of events) {
    await print(event);
  }
  return { stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

const output = (attempt: number, offset: number, text: string): FollowEvent => ({
  kind: "output",
  attempt,
  offset,
  data: Buffer.from(text),
});

const between = (task: Partial<TaskDetail>): FollowEvent => ({
  kind: "attempt_ended",
  attempt: 1,
  task: { attempt: 1, max_attempts: 3, status: "pending", reason: null, ...task } as TaskDetail,
});

it("counts the bytes of each attempt anew", async () => {
  const reason = "Attempt 1 of 3: Exit 3. The next starts at noon.";
  const events = [output(1, 0, "0123456789"), between({ reason }), output(2, 5, "56789")];
  const { stdout, stderr } = await printed(events);
  expect(stdout).toBe("012345678956789");
  expect(stderr).toMatch(/^utm: attempt 1 of 3: Exit 3\. The next starts at noon\.\nutm: bytes 0-4 are missing: .*\n$/);
});

it("says less when the next attempt has begun already", async () => {
  const { stderr } = await printed([between({ status: "running", attempt: 2 })]);
  expect(stderr).toBe("utm: attempt 1 of 3 is over; attempt 2 has begun\n");
});

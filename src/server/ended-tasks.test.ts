import { expect, test, vi } from "vitest";
import { createEndedTasks } from "./ended-tasks.ts";

test("what is over is counted once a minute, what is not over each time", async () => {
  let now = 1000;
  const ended = vi.fn(async () => []);
  const endedTasks = createEndedTasks({ ended }, () => now);
  const edges = [0, 500, 1000, 1500];
  expect(await endedTasks({ ownerId: 1, edges })).toEqual([[], [], []]);
  expect(ended).toHaveBeenCalledTimes(3);
  await endedTasks({ ownerId: 1, edges });
  expect(ended).toHaveBeenCalledTimes(4);
  await endedTasks({ ownerId: null, edges });
  expect(ended).toHaveBeenCalledTimes(7);
  now += 60_000;
  await endedTasks({ ownerId: 1, edges });
  expect(ended).toHaveBeenCalledTimes(10);
});

test("what could not be counted is tried again", async () => {
  const ended = vi.fn(async () => []);
  ended.mockRejectedValueOnce(new Error("The database is away."));
  const endedTasks = createEndedTasks({ ended }, () => 1000);
  await expect(endedTasks({ ownerId: 1, edges: [0, 500] })).rejects.toThrow("away");
  expect(await endedTasks({ ownerId: 1, edges: [0, 500] })).toEqual([[]]);
});

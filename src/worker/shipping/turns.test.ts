import { expect, it } from "vitest";
import { createTurns } from "./turns.ts";

it("runs so many at once, in the order they came, also after one that failed", async () => {
  const turns = createTurns(2);
  const begun: number[] = [];
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const all = gates.map(({ promise }, index) =>
    turns.take(() => {
      begun.push(index);
      return promise;
    }),
  );
  const settled = Promise.allSettled(all);
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  gates[1]?.reject(new Error("failed"));
  await Promise.allSettled([all[1]]);
  expect(begun).toEqual([0, 1, 2]);
  for (const gate of gates) {
    gate.resolve();
  }
  await settled;
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

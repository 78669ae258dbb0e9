import { expect, test } from "vitest";
import { inTreeOrder } from "./process-tree.ts";

function process(pid: number, parent: number) {
  return { pid, parent_pid: parent, state: "S", command_line: `p${pid}`, cpu_ms: 0, rss_bytes: 0 };
}

test("children stand beneath their parents, orphans at the left", () => {
  const order = inTreeOrder([process(12, 11), process(10, 1), process(30, 7), process(11, 10), process(13, 10)]);
  expect(order.map(({ process: { pid }, depth }) => [pid, depth])).toEqual([
    [10, 0],
    [11, 1],
    [12, 2],
    [13, 1],
    [30, 0],
  ]);
});

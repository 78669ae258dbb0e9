import { readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { attemptsName, findPlace } from "../../src/supervise/cgroup/place.ts";

/** Removes the control groups that a server killed with kill -9 leaves, which its next start would have removed. */
export function removeNodeGroup(dataDirectory: string): void {
  const place = findPlace();
  if ("problem" in place) {
    return;
  }
  const key = tryTo(() => readFileSync(join(dataDirectory, "node", "node.key"), "utf8").trim());
  const group = key === null || key === "" ? null : join(place.base, attemptsName, key);
  if (group === null) {
    return;
  }
  for (const entry of tryTo(() => readdirSync(group, { withFileTypes: true })) ?? []) {
    if (entry.isDirectory()) {
      tryTo(() => rmdirSync(join(group, entry.name)));
    }
  }
  tryTo(() => rmdirSync(group));
}

/** Null when it is not there, or a last process is just leaving it. */
function tryTo<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

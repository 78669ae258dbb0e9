import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const built = fileURLToPath(new URL("../../dist/web/", import.meta.url));
const budgetBytes = 200 * 1024;

/** What a browser loads before the first page shows: the scripts index.html names, and those it says are needed next. */
test("the first load is at most 200 KB of gzipped JavaScript", () => {
  const page = readFileSync(`${built}index.html`, "utf8");
  const scripts = [...page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(([, path = ""]) => path);
  expect(scripts.length).toBeGreaterThan(1);
  let bytes = 0;
  for (const path of new Set(scripts)) {
    bytes += gzipSync(readFileSync(built + path)).length;
  }
  expect(bytes, `${scripts.join(", ")}`).toBeLessThanOrEqual(budgetBytes);
});

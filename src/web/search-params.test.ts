import { expect, test } from "vitest";
import { readSearch, writeSearch } from "./search-params.ts";

test("texts that look like numbers stay texts, and nothing is lost on the way", () => {
  expect(readSearch("?q=12&status=running%2Cfailed")).toEqual({ q: "12", status: "running,failed" });
  expect(readSearch(writeSearch({ q: "a&b=c ä", to: "/tasks?x=1" }))).toEqual({ q: "a&b=c ä", to: "/tasks?x=1" });
});

test("what has no value is left out", () => {
  expect(writeSearch({ q: undefined, status: "" })).toBe("");
});

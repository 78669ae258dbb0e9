import { expect, it } from "vitest";
import { errorDetail, errorRegistry, errorValues } from "./errors.ts";

it("finds in every error's text the values that were put there", () => {
  for (const code of Object.keys(errorRegistry) as (keyof typeof errorRegistry)[]) {
    const names = [...errorRegistry[code].detail.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    const values = Object.fromEntries(names.map((name, index) => [name, `${index + 7} a.b`]));
    expect(errorValues(code, errorDetail(code, values)), code).toEqual(values);
  }
  expect(errorValues("input_full", "Something else.")).toBeNull();
});

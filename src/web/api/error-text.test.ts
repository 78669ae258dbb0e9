import { expect, test } from "vitest";
import { ApiFailure } from "../../client/client.ts";
import { formErrors } from "./error-text.ts";

function refused(fields: Record<string, string[]>): ApiFailure {
  return new ApiFailure("refused", { status: 400, code: null, fields, retryAfterSeconds: null });
}

test("a message about a field inside another one stands beside the inner one", () => {
  const error = refused({ limits: ["memory_bytes: Too small.", "nice: Too nice."], retry: ["on.0: Unknown."] });
  expect(formErrors(error, ["limits.memory_bytes", "limits.nice", "retry.on"])).toEqual({
    byField: { "limits.memory_bytes": "Too small.", "limits.nice": "Too nice.", "retry.on": "Unknown." },
    rest: null,
  });
});

test("what belongs to no field of the form is kept, with its name", () => {
  const error = refused({ queue: ["There is no queue named x."], non_field_errors: ["Bad."], cwd: ["a: b"] });
  expect(formErrors(error, ["cwd"])).toEqual({
    byField: { cwd: "a: b" },
    rest: "queue: There is no queue named x.\nBad.",
  });
});

test("any other error is for the form as a whole", () => {
  expect(formErrors(null, ["cwd"])).toEqual({ byField: {}, rest: null });
  expect(formErrors(new Error("oh"), ["cwd"]).rest).toContain("oh");
});

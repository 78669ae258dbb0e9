import { expect, test } from "vitest";
import { formatEnvText, parseEnvText } from "./env-text.ts";

test("values may hold equals signs and spaces; blank lines and comments are skipped", () => {
  const text = "A=1\n\n# comment\nURL=http://x/?a=b c \nEMPTY=";
  expect(parseEnvText(text)).toEqual({ ok: true, env: { A: "1", URL: "http://x/?a=b c ", EMPTY: "" } });
});

test.each([
  ["A=1\nnonsense", 2],
  ["=value", 1],
])("in %j line %d is named as the wrong one", (text, line) => {
  expect(parseEnvText(text)).toEqual({ ok: false, line });
});

test("what is formatted can be read back", () => {
  const env = { A: "1", B: "x=y" };
  expect(parseEnvText(formatEnvText(env))).toEqual({ ok: true, env });
});

import { describe, expect, it } from "vitest";
import { UsageError } from "./failure.ts";
import { classifyWords, parseEnvironment } from "./program-words.ts";

describe("the words of a command", () => {
  it("are a program and its arguments when there are several", () => {
    expect(classifyWords(["grep", "a b", "$HOME"], false)).toEqual({ argv: ["grep", "a b", "$HOME"] });
  });

  it.each(["./nightly.sh", "true", "/usr/bin/env", "make-it@2.0"])("are a program when there is only %s", (word) => {
    expect(classifyWords([word], false)).toEqual({ argv: [word] });
  });

  it.each(["make -j8", "a|b", "echo $HOME", "a;b", "ls *", "x>y", "A=1", "a\nb"])("are for a shell: %s", (word) => {
    expect(classifyWords([word], false)).toEqual({ command: word });
  });

  it("are joined for a shell by --shell", () => {
    expect(classifyWords(["echo", "$HOME", "|", "wc"], true)).toEqual({ command: "echo $HOME | wc" });
  });

  it("may be missing: the demonstration", () => {
    expect(classifyWords([], false)).toEqual({});
  });

  it("may not be blank, nor missing after --shell", () => {
    expect(() => classifyWords([" "], false)).toThrow(UsageError);
    expect(() => classifyWords([], true)).toThrow(UsageError);
  });
});

describe("variables", () => {
  it("are given, taken from here, or empty", () => {
    expect(parseEnvironment(["A=1=2", "B", "C="], { B: "here" })).toEqual({ A: "1=2", B: "here", C: "" });
  });

  it("must have a name and a value", () => {
    expect(() => parseEnvironment(["=x"], {})).toThrow("NAME=VALUE");
    expect(() => parseEnvironment(["NOT_SET"], {})).toThrow("no such variable");
  });
});

import { describe, expect, it } from "vitest";
import { createEscapeFilter } from "./escape.ts";

function type(...chunks: string[]) {
  const filter = createEscapeFilter();
  let text = "";
  for (const chunk of chunks) {
    const { bytes, isDetach } = filter(Buffer.from(chunk, "latin1"));
    text += bytes.toString("latin1");
    if (isDetach) {
      return `${text}<detach>`;
    }
  }
  return text;
}

describe("the escape at the start of a line", () => {
  it("detaches, also in two chunks, and sends nothing of it", () => {
    expect(type("~.")).toBe("<detach>");
    expect(type("ls\r~", ".more")).toBe("ls\r<detach>");
    expect(type("ls\n", "~.")).toBe("ls\n<detach>");
  });

  it("is an ordinary key anywhere else", () => {
    expect(type("a~.b")).toBe("a~.b");
    expect(type("x", "~.")).toBe("x~.");
  });

  it("gives the tilde to the task when another key follows", () => {
    expect(type("~", "a~.")).toBe("~a~.");
    expect(type("~~.")).toBe("~.");
    expect(type("~\r~.")).toBe("~\r<detach>");
  });

  it("leaves every byte as it is", () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("latin1");
    expect(type(all)).toBe(all);
  });
});

import { describe, expect, it } from "vitest";
import { type Column, renderFields, renderTable } from "./table.ts";
import { cut, displayWidth, harmless, oneLine, pad } from "./text.ts";

const plain = (_colour: string, text: string) => text;
const columns: Column[] = [{ title: "ID", align: "right" }, { title: "NAME", maxWidth: 6 }, { title: "COMMAND" }];
const row = (...texts: string[]) => texts.map((text) => ({ text }));

describe("a table", () => {
  it("aligns its columns and leaves no blanks at line ends", () => {
    const text = renderTable(columns, [row("7", "a", "true"), row("123", "bc", "")], { width: null, paint: plain });
    expect(text).toBe(" ID  NAME  COMMAND\n  7  a     true\n123  bc\n");
  });

  it("cuts nothing when its width is unknown", () => {
    const text = renderTable(columns, [row("7", "a long name", "x".repeat(200))], { width: null, paint: plain });
    expect(text).toContain("a long name");
    expect(text).toContain("x".repeat(200));
  });

  it("fits a terminal: columns to their maximum, the last one to what is left", () => {
    const text = renderTable(columns, [row("7", "a long name", "x".repeat(200))], { width: 30, paint: plain });
    expect(text).toContain(" 7  a lon…  xxx");
    expect(Math.max(...text.split("\n").map(displayWidth))).toBe(30);
  });

  it("aligns wide characters by the columns they take", () => {
    const text = renderTable(columns, [row("1", "日本", "a"), row("2", "é", "b")], { width: null, paint: plain });
    expect(text).toBe("ID  NAME  COMMAND\n 1  日本  a\n 2  é     b\n");
  });

  it("paints without disturbing the alignment", () => {
    const paint = (colour: string, text: string) => `<${colour}>${text}</>`;
    const text = renderTable([{ title: "A" }, { title: "B" }], [[{ text: "x", colour: "red" }, { text: "y" }]], {
      width: null,
      paint,
    });
    expect(text).toBe("<gray>A</>  <gray>B</>\n<red>x</>  y\n");
  });

  it("keeps line ends and escape sequences of others out", () => {
    const text = renderTable(columns, [row("1", "a\nb", "\u001b[31mred")], { width: null, paint: plain });
    expect(text.split("\n")).toHaveLength(3);
    expect(text).not.toContain("\u001b");
  });
});

describe("fields", () => {
  it("are aligned, further lines too", () => {
    const fields: [string, string][] = [
      ["a", "1\n2"],
      ["long", "3"],
    ];
    expect(renderFields(fields, plain)).toBe("a     1\n      2\nlong  3\n");
  });
});

describe("text for a terminal", () => {
  it("is measured in columns", () => {
    expect(displayWidth("日本é\u0301")).toBe(5);
    expect(pad("日", 4, "right")).toBe("  日");
    expect(cut("日本語", 4)).toBe("日…");
  });

  it("loses what could move the cursor or turn the direction, and keeps indentation", () => {
    expect(harmless("\u001b[2J\u202Eabc\tx  y")).toBe("\uFFFD[2J\uFFFDabc\tx  y");
    expect(oneLine("a\n\tb")).toBe("a b");
  });
});

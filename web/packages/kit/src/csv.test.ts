// @vitest-environment node
import { describe, expect, it } from "vitest";

import { toCsv } from "./csv";

describe("toCsv", () => {
  it("begins with a byte order mark and ends lines as Excel wants", () => {
    expect(toCsv(["客户", "金额"], [["林小满", 12.5]])).toBe("\uFEFF客户,金额\r\n林小满,12.5\r\n");
  });

  it("quotes what has to be quoted", () => {
    expect(toCsv(["a"], [['he said "no", twice\n']])).toBe('\uFEFFa\r\n"he said ""no"", twice\n"\r\n');
  });

  it("leaves nothing for nothing", () => {
    expect(toCsv(["a", "b", "c"], [[null, undefined, 0]])).toBe("\uFEFFa,b,c\r\n,,0\r\n");
  });

  it("defuses formulas, and leaves negative numbers alone", () => {
    expect(toCsv(["a", "b"], [["=HYPERLINK(1)", -5]])).toBe("\uFEFFa,b\r\n'=HYPERLINK(1),-5\r\n");
  });
});

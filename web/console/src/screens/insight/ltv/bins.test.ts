import { describe, expect, it } from "vitest";

import { binsOf, miss, quantile, readBin, writeBin } from "./bins";

describe("a histogram", () => {
  it("has one place more than edges, and loses empty ends", () => {
    expect(binsOf([0, 100, 200], [0, 3, 0, 2])).toEqual([
      { low: 0, high: 100, customers: 3 },
      { low: 100, high: 200, customers: 0 },
      { low: 200, high: null, customers: 2 },
    ]);
  });

  it("of nobody has no bins", () => expect(binsOf([0], [0, 0])).toEqual([]));
});

describe("a bin in the address", () => {
  it.each([
    { low: 0, high: 100 },
    { low: null, high: -50 },
    { low: -50, high: 0 },
    { low: 500, high: null },
  ])("comes back as it was", (bin) => expect(readBin(writeBin(bin))).toEqual(bin));

  it.each([null, "", "5", "a-b"])("%s is none", (text) => expect(readBin(text)).toBeNull());
});

describe("figures", () => {
  it("are found by their level", () => expect(quantile([0.25, 0.5, 0.75], [1, 2, 3], 0.5)).toBe(2));
  it("miss by a share", () => {
    expect(miss(110, 100)).toBeCloseTo(0.1);
    expect(miss(1, 0)).toBeNull();
  });
});

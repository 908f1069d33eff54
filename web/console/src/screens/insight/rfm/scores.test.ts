import { describe, expect, it } from "vitest";

import { rangeOf, readBounds, readScore, sinceOf } from "./scores";

describe("bounds in the address", () => {
  it("are four ascending whole numbers", () => {
    expect(readBounds("7,30,90,180")).toEqual([7, 30, 90, 180]);
  });

  it.each([null, "", "1,2,3", "1,2,2,3", "a,b,c,d", "4,3,2,1"])("%s are none", (text) => {
    expect(readBounds(text)).toBeUndefined();
  });
});

describe("a score", () => {
  it("of recency is the better, the fewer the days", () => {
    expect(rangeOf(5, [7, 30, 90, 180], true)).toEqual({ above: null, upTo: 7 });
    expect(rangeOf(1, [7, 30, 90, 180], true)).toEqual({ above: 180, upTo: null });
  });

  it("of orders is the better, the more there are", () => {
    expect(rangeOf(5, [1, 2, 3, 4])).toEqual({ above: 4, upTo: null });
    expect(rangeOf(2, [1, 2, 3, 4])).toEqual({ above: 1, upTo: 2 });
  });

  it.each([null, "", "0", "6", "x"])("%s is none", (text) => expect(readScore(text)).toBeUndefined());
});

describe("the window", () => {
  it("begins at an hour", () => {
    expect(sinceOf("90", Date.parse("2026-11-22T01:23:45Z"))).toBe("2026-08-24T01:00:00.000Z");
    expect(sinceOf("all", 0)).toBeUndefined();
  });
});

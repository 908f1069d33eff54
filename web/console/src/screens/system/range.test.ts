import { describe, expect, it } from "vitest";

import { rangeOf } from "./range";

describe("what is normal", () => {
  it("is said with the bounds that there are", () => {
    expect(rangeOf({ least: null, most: null })).toEqual({ key: "any" });
    expect(rangeOf({ least: 0, most: 5 })).toEqual({ key: "most", most: 5 });
    expect(rangeOf({ least: 2, most: null })).toEqual({ key: "least", least: 2 });
    expect(rangeOf({ least: 2, most: 5 })).toEqual({ key: "between", least: 2, most: 5 });
    expect(rangeOf({ least: null, most: 0 })).toEqual({ key: "most", most: 0 });
  });
});

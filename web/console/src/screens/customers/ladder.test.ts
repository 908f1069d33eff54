import { describe, expect, it } from "vitest";

import { holds, LADDER, nextStep } from "./ladder";

describe("the ladder", () => {
  it("holds each rung for itself: a member need not have bought twice", () => {
    expect(LADDER.map((rung) => holds(rung, ["member"], 1))).toEqual([true, false, false, true, false]);
    expect(LADDER.map((rung) => holds(rung, ["fan"], 2))).toEqual([true, true, true, false, false]);
  });

  it("says what leads to the next rung", () => {
    expect(nextStep(0, 0)).toEqual({ layer: 1, relations: ["follower", "subscriber", "fan"], orders: 0 });
    expect(nextStep(1, 1)).toEqual({ layer: 2, relations: [], orders: 1 });
    expect(nextStep(4, 9)).toBeNull();
  });
});

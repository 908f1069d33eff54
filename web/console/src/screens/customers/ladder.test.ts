import { describe, expect, it } from "vitest";

import type { Rung } from "../../app/ladder";
import { holds, nextStep } from "./ladder";

const rung = (layer: number, relations: string[], min_orders = 0): Rung => ({ layer: layer as Rung["layer"], en: "", zh: "", relations, min_orders });
const LADDER = [rung(0, []), rung(1, ["fan", "follower", "subscriber"]), rung(2, [], 2), rung(3, ["group_member", "member"]), rung(4, ["friend"])];

describe("the ladder", () => {
  it("holds each rung for itself: a member need not have bought twice", () => {
    expect(LADDER.map((one) => holds(one, ["member"], 1))).toEqual([true, false, false, true, false]);
    expect(LADDER.map((one) => holds(one, ["fan"], 2))).toEqual([true, true, true, false, false]);
  });

  it("says what leads to the next rung", () => {
    expect(nextStep(LADDER, 0, 0)).toEqual({ layer: 1, relations: ["fan", "follower", "subscriber"], orders: 0 });
    expect(nextStep(LADDER, 1, 1)).toEqual({ layer: 2, relations: [], orders: 1 });
    expect(nextStep(LADDER, 4, 9)).toBeNull();
  });

  it("asks for as many purchases as this Siyu does", () => {
    const three = LADDER.map((one) => (one.min_orders ? { ...one, min_orders: 3 } : one));
    expect(nextStep(three, 1, 1)?.orders).toBe(2);
    expect(three.map((one) => holds(one, [], 2))).toEqual([true, false, false, false, false]);
  });
});

// @vitest-environment node
import { describe, expect, it } from "vitest";

import { ofSort, sortOf, SORTS } from "./rules/dayKinds";
import { another, closed, notAbove } from "./rules/tierLadder";
import type { Tier } from "./rules/types";
import { readWhere, valueOf, written } from "./rules/where";

const tier = (code: string, at_least: number): Tier => ({ code, name: code, at_least, below: 7, percent: 100, benefits: [] });

describe("tiers", () => {
  it("end where the next begins, the first from 0", () => {
    expect(closed([tier("a", 5), tier("b", 100), tier("c", 300)]).map((one) => [one.at_least, one.below])).toEqual([[0, 100], [100, 300], [300, null]]);
  });

  it("that do not go up are found", () => {
    expect(notAbove([tier("a", 0), tier("b", 100), tier("c", 100)])).toBe(2);
    expect(notAbove([tier("a", 5), tier("b", 3), tier("c", 9)])).toBe(-1); // the first begins at 0 whatever it says
    expect(notAbove([tier("a", 0), tier("b", 0)])).toBe(1);
  });

  it("that are added have a code of their own and begin above", () => {
    const tiers = [tier("tier_2", 0), tier("b", 5000)];
    expect(another(tiers)).toMatchObject({ code: "tier_3", at_least: 10_000 });
    expect(another([tier("tier_2", 0)]).code).toBe("tier_3");
  });
});

describe("days that count more", () => {
  it.each(SORTS)("of the sort %s have that sort and no other", (sort) => {
    expect(sortOf({ percent: 200, unit: "points", ...ofSort(sort) })).toBe(sort);
    expect(Object.values(ofSort(sort)).filter((value) => value !== null)).toHaveLength(sort === "dates" ? 0 : 1);
  });
});

describe("conditions of tasks", () => {
  it("keep their types on the way to the screen and back", () => {
    const where = { relation: "friend", account: "12", amount: 12, first: true, said: "true" };
    expect(readWhere(written(where))).toEqual(where);
  });

  it("that are none are told", () => {
    expect(readWhere(["relation friend"])).toBeNull();
    expect(readWhere([])).toEqual({});
    expect(valueOf("-3")).toBe(-3);
  });
});

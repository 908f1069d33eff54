// @vitest-environment node
import { describe, expect, it } from "vitest";

import { ofFilters, ofNamed, ofSquare } from "./from";
import { everyDay } from "./page/days";
import { made, MENU } from "./rule/menu";
import { editable, grouped, isWhole, leavesOf, modeOf, MODES, opened, readRule, tidy, unfinished, writeRule, type Rule } from "./rule/tree";
import { asRule, choices, regionOf } from "./sets/regions";

const VIP: Rule = { condition: "tag", tag: "VIP" };
const NEW: Rule = { condition: "tag", tag: "new" };
const not = (of: Rule): Rule => ({ condition: "not", of });
const all = (...of: Rule[]): Rule => ({ condition: "all", of });
const any = (...of: Rule[]): Rule => ({ condition: "any", of });

describe("a rule as a tree", () => {
  it("comes back from the address as it went", () => {
    const rule = all(VIP, not(any(NEW, VIP)));
    expect(readRule(writeRule(rule))).toEqual(rule);
  });

  it.each(["", "nonsense", "[]", '{"condition":"fun"}', '{"condition":"all"}', '{"condition":"not","of":{"condition":"any","of":[1]}}'])("reads no rule from %j", (text) => {
    expect(readRule(text)).toBeNull();
  });

  it("is edited with a group outermost, and kept without it", () => {
    expect(editable(VIP)).toEqual(all(VIP));
    expect(tidy(all(any(VIP)))).toEqual(VIP);
    expect(tidy(not(all(not(VIP))))).toEqual(VIP);
    expect(editable(not(not(VIP)))).toEqual(all(VIP));
  });

  it("takes a sequence that was kept before there were further steps", () => {
    const fact = { kind: "order.paid", where: [] };
    const old = { condition: "sequence", first: fact, then: fact, within: { amount: 1, unit: "day" }, followed: true, since: {} } as unknown as Rule;
    expect(editable(old)).toEqual(all({ ...old, further: [] } as Rule));
    expect(unfinished(editable(old))).toEqual([]);
  });

  it("says of every way to take a group which it is", () => {
    for (const mode of MODES) {
      const { inner, negated } = opened(grouped([VIP, NEW], mode));
      expect(inner.condition === "all" || inner.condition === "any" ? modeOf(inner, negated) : null).toBe(mode);
    }
  });

  it("names what lacks something by the places that the server counts", () => {
    const lacking: Rule = { condition: "tag", tag: "" };
    expect(unfinished(all(VIP, not(any(NEW, lacking)), all()))).toEqual(["1.0.1", "2"]);
  });
});

describe("the menu", () => {
  const names = MENU.flatMap(({ entries }) => entries.map(({ name }) => name));

  it("has every kind of condition, each entry once", () => {
    const kinds = new Set(MENU.flatMap(({ entries }) => entries.map(({ leaf }) => leaf.condition)));
    expect(kinds.size).toBe(18);
    expect(new Set(names).size).toBe(names.length);
  });

  it("gives copies: what is done to one condition is not done to the next", () => {
    const first = made("boughtCount");
    if (first?.condition === "bought") first.product_nos.push("1");
    expect(made("boughtCount")).toMatchObject({ product_nos: [] });
  });

  it("begins with conditions that can be asked, but for names that only the operator knows", () => {
    const open = names.filter((name) => !isWhole(made(name) ?? { condition: "tag", tag: "" }));
    expect(open).toEqual(["trait", "traitThere", "date", "tag", "tagNew", "layer", "firstSource", "entryCode", "boughtTitle", "segment", "list"]);
  });
});

describe("sets of segments", () => {
  it("are cut into every part once", () => {
    expect(choices([1, 2, 3])).toEqual([[1], [2], [3], [1, 2], [1, 3], [2, 3], [1, 2, 3]]);
    expect(regionOf([1, 2, 3], [1, 3])).toEqual({ set: "difference", of: [{ set: "intersection", of: [{ set: "segment", segment_id: 1 }, { set: "segment", segment_id: 3 }] }, { set: "segment", segment_id: 2 }] });
  });

  it("are rules as well", () => {
    const inside = (segment_id: number): Rule => ({ condition: "segment", segment_id });
    expect(asRule(regionOf([1, 2], [1]))).toEqual(all(inside(1), not(any(inside(2)))));
  });
});

describe("rules from other screens", () => {
  const table = { days_bounds: [7, 30, 90, 180], orders_bounds: [1, 2, 4, 8], net_bounds: [100, 200, 300, 400] } as never;

  it("bound what a square of the grid bounds", () => {
    expect(ofSquare(table, 5, 1)).toEqual({ condition: "rfm", recency_days: { most: 7 }, purchases: { most: 1 } });
    expect(ofSquare(table, 3, 4)).toEqual({ condition: "rfm", recency_days: { least: 31, most: 90 }, purchases: { least: 5, most: 8 } });
    expect(ofNamed(table, { r: true, f: false, m: true })).toEqual({ condition: "rfm", recency_days: { most: 30 }, purchases: { most: 4 }, money_fen: { least: 301 } });
  });

  it("say the filters of the list that a rule can say, and name the others", () => {
    const { rule, left } = ofFilters({ layer: 4, tag: "VIP", value_from: 100, orders_to: 2, platform: "jd", shop: "a", q: "王" });
    expect(left).toEqual(["q"]);
    expect(leavesOf(rule ?? VIP).map((leaf) => leaf.condition)).toEqual(["layer", "tag", "bought", "rfm", "bought"]);
    expect(ofFilters({ orders_from: 1, orders_to: 2 }).rule).toEqual(all({ condition: "rfm", purchases: { least: 1, most: 2 } }));
    expect(ofFilters({}).rule).toBeNull();
  });
});

it("shows days without any moves too", () => {
  expect(everyDay([{ day: "2026-02-28", entered: 2, left: 1 }], "2026-02-27", "2026-03-01").map((one) => [one.day, one.entered])).toEqual([["2026-02-27", 0], ["2026-02-28", 2], ["2026-03-01", 0]]);
});

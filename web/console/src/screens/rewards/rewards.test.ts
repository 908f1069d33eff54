// @vitest-environment node
import { describe, expect, it } from "vitest";

import { missing, nameOf, percentOf, standingOf } from "../draws/draws";
import { newKey, readIds, termsOf, type CouponTerms } from "./rewards";

const MONEY: CouponTerms = { name: "a", kind: "money", off_fen: 1000, threshold_fen: 5000, percent: 10, most_fen: 5, pay_fen: 1, cost_fen: 2, after_days: 0, bearer: false, several: 1, place: 100, limited_fen: false, at_a_loss: false };

describe("lists of customers", () => {
  it("are read however they are apart, each once", () => {
    expect(readIds("1, 2，3\n#4；4 ")).toEqual({ ids: [1, 2, 3, 4], bad: [] });
  });

  it("tell what is no number of a customer", () => {
    expect(readIds("7 x -1 0 1.5 99999999999999999")).toEqual({ ids: [7], bad: ["x", "-1", "0", "1.5", "99999999999999999"] });
  });
});

describe("terms", () => {
  it("have nothing of another kind", () => {
    expect(termsOf(MONEY)).toMatchObject({ off_fen: 1000, percent: null, most_fen: null, pay_fen: null, cost_fen: null });
    expect(termsOf({ ...MONEY, kind: "shipping" })).toMatchObject({ off_fen: null, most_fen: 5, percent: null });
    expect(termsOf({ ...MONEY, kind: "exchange", goods_cost_bp: 1 })).toMatchObject({ pay_fen: 1, cost_fen: 2, goods_cost_bp: null, most_fen: null });
  });
});

it("makes keys that the server takes, each its own", () => {
  const keys = Array.from({ length: 100 }, newKey);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_.:-]{8,100}$/);
});

describe("rounds", () => {
  const round = { opens_at: "2026-01-01T00:00:00Z", closes_at: "2026-01-02T00:00:00Z", ended_at: null };

  it("stand by the clock until they are ended", () => {
    const at = (time: string): string => standingOf(round, Date.parse(time));
    expect([at("2025-12-31T23:59:59Z"), at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z")]).toEqual(["before", "open", "closed"]);
    expect(standingOf({ ...round, ended_at: "2026-01-01T12:00:00Z" }, Date.parse("2026-01-01T13:00:00Z"))).toBe("ended");
  });

  it("have the name that they were published with", () => {
    expect(nameOf({ code: "wheel", rule: { name: "转盘" } })).toBe("转盘");
    expect(nameOf({ code: "wheel", rule: {} })).toBe("wheel");
  });

  it("have odds to the millionth", () => {
    expect(percentOf(1)).toBe("0.0001");
    expect(missing([{ weight: 999_999 }])).toBe(1);
    expect(missing([{ weight: 600_000 }, { weight: 500_000 }])).toBe(-100_000);
  });
});

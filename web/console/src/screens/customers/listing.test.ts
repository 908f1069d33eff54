import { describe, expect, it } from "vitest";

import { fenOf, queryOf, wantedOf } from "./listing";

const LAYERS = [0, 1, 2, 3, 4] as const;

describe("wantedOf", () => {
  it("makes fen of yuan and times of days in the brand's zone", () => {
    const wanted = wantedOf({ value_from: "1,200.5", orders_to: "3", seen_from: "2026-03-01", seen_until: "2026-03-01" }, "Asia/Shanghai", LAYERS);
    expect(wanted).toMatchObject({
      value_from: 120_050,
      orders_to: 3,
      seen_from: "2026-02-28T16:00:00.000Z",
      seen_before: "2026-03-01T16:00:00.000Z",
    });
  });

  it("asks for a shop only together with its platform", () => {
    expect(wantedOf({ shop: "旗舰店" }, "UTC", LAYERS).shop).toBeUndefined();
    expect(wantedOf({ shop: "旗舰店", platform: "jd" }, "UTC", LAYERS)).toMatchObject({ shop: "旗舰店", platform: "jd" });
  });

  it("leaves out what an address cannot mean", () => {
    const wanted = wantedOf({ layer: "9", source_id: "web", relation: "boss", orders_from: "many", value_to: "a lot" }, "UTC", LAYERS);
    expect(Object.values(wanted).filter((value) => value !== undefined)).toEqual([]);
  });

  it("asks for a source by its number", () => {
    expect(wantedOf({ source_id: "3" }, "UTC", LAYERS).source_id).toBe(3);
  });

  it("knows the lowest layer, which is 0", () => {
    expect(wantedOf({ layer: "0" }, "UTC", LAYERS).layer).toBe(0);
  });
});

describe("queryOf", () => {
  it("passes on an order that the API has, and no other", () => {
    const list = { filters: {}, limit: 50 };
    expect(queryOf({ ...list, sort: { key: "value", descending: true } }, "UTC", LAYERS)).toMatchObject({ sort: "value", order: "desc" });
    expect(queryOf({ ...list, sort: { key: "shoe size", descending: true } }, "UTC", LAYERS).sort).toBeUndefined();
  });
});

describe("fenOf", () => {
  it("is exact", () => {
    expect(fenOf("0.29")).toBe(29);
    expect(fenOf("￥1，000")).toBe(100_000);
    expect(fenOf("1.005")).toBeUndefined();
    expect(fenOf(undefined)).toBeUndefined();
  });
});

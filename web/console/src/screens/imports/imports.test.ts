import { describe, expect, it } from "vitest";

import { paceOf, seenAlso, type Seen } from "./pace";
import { guessed, mappingOf, troubles, type Chosen } from "./wizard/mapping";

const chosen: Chosen = { meanings: {}, scopes: {}, platform: "", shop: "", money: "yuan", zone: "", status: "received" };

describe("a mapping made by hand", () => {
  it("names fields, identifiers with their scope, and what every order counts as", () => {
    const meanings = { 单号: "field:order_no", 会员卡: "id:member_no", 电话: "contact:phone", 备注2: "extra" };
    expect(mappingOf("orders", { ...chosen, meanings, scopes: { 会员卡: "club" }, platform: "till" })).toEqual({
      kind: "orders",
      platform: "till",
      shop: "",
      money: "yuan",
      fields: { order_no: "单号", "extra.备注2": "备注2", status: { value: "received" } },
      identifiers: [
        { type: "member_no", column: "会员卡", scope: "club" },
        { type: "phone", column: "电话", strength: "contact" },
      ],
    });
  });

  it("leaves the status to the column that says it", () => {
    const meanings = { a: "field:order_no", b: "field:status" };
    expect(mappingOf("orders", { ...chosen, meanings })["fields"]).toEqual({ order_no: "a", status: "b" });
  });

  it("says what is missing or given twice", () => {
    expect(troubles("orders", { meanings: {} })).toEqual([{ key: "order_no" }]);
    expect(troubles("customers", { meanings: { a: "contact:phone" } })).toEqual([{ key: "identifiers" }]);
    expect(troubles("orders", { meanings: { a: "field:order_no", b: "field:order_no" } })).toEqual([{ key: "twice", target: "order_no" }]);
    expect(troubles("customers", { meanings: { a: "id:phone" } })).toEqual([]);
  });

  it("begins with what the names of the columns say, each meaning once", () => {
    expect(guessed("orders", ["单号", "付款时间", "实付金额", "手机号", "联系电话", "颜色"])).toEqual({
      单号: "field:order_no",
      付款时间: "field:paid_at",
      实付金额: "field:paid_fen",
      手机号: "id:phone",
    });
    expect(guessed("customers", ["Member No", "Phone"])).toEqual({ "Member No": "id:member_no", Phone: "id:phone" });
  });
});

describe("the pace of an import", () => {
  const seen = (at: number, rows: number, bytes: number): Seen => ({ at, rows, bytes });
  it("counts over the last half minute", () => {
    let all: readonly Seen[] = [];
    for (const each of [seen(0, 0, 0), seen(40_000, 1000, 100), seen(50_000, 3000, 300)]) all = seenAlso(all, each);
    expect(all).toHaveLength(2);
    expect(paceOf(all, 500)).toEqual({ rowsPerSecond: 200, secondsLeft: 10 });
  });

  it("is not known before it moves", () => {
    const one = seenAlso([], seen(5, 10, 10));
    expect(seenAlso(one, seen(5, 20, 20))).toBe(one);
    expect(paceOf(one, 100)).toBeUndefined();
    expect(paceOf([seen(0, 0, 5), seen(9, 0, 5)], 100)).toBeUndefined();
  });
});

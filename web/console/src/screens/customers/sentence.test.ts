// @vitest-environment node
import i18next, { type TFunction } from "i18next";
import { beforeAll, describe, expect, it } from "vitest";

import { customers as en } from "../../words/en/customers";
import { customers as zh } from "../../words/zh/customers";
import { KINDS, sentence, tieOf, type Entry } from "./sentence";

const same = (code: string): string => code;
const names = { platform: same, relation: same, channel: same, purpose: same, field: same, way: same, kind: same, why: same };
const called = { staff: (id: string) => (id === "s1" ? "王倩" : id), group: same };
const money = (fen: number): string => `¥${(fen / 100).toFixed(2)}`;
let words: Record<"zh" | "en", TFunction<"customers">>;

beforeAll(async () => {
  const instance = i18next.createInstance();
  await instance.init({ resources: { zh: { customers: zh }, en: { customers: en } }, interpolation: { escapeValue: false }, showSupportNotice: false });
  words = { zh: instance.getFixedT("zh", "customers"), en: instance.getFixedT("en", "customers") };
});

function fact(kind: string, properties: Record<string, unknown> = {}, rest: Partial<Entry> = {}): Entry {
  const at = "2026-03-01T00:00:00Z";
  return { fact_id: 1, kind, name: "", occurred_at: at, received_at: at, source_id: 1, message_id: "m", amount_fen: 0, properties, ...rest };
}

const said = (entry: Entry, language: "zh" | "en" = "zh"): string => sentence(entry, { t: words[language], names, money, called });

describe("sentence", () => {
  it("says what was paid, where, and for what", () => {
    const lines = [{ title: "通勤包" }, { title: "围巾" }];
    const entry = fact("order.paid", { platform: "jd", shop: "旗舰店", lines }, { amount_fen: 12_345 });
    expect(said(entry)).toBe("在jd · 旗舰店付款 ¥123.45，购买“通勤包”等 2 种商品");
    expect(said({ ...entry, properties: { platform: "jd" } })).toBe("在jd付款 ¥123.45");
  });

  it("writes money that went back without a sign", () => {
    expect(said(fact("order.refunded", { platform: "jd" }, { amount_fen: -500 }))).toBe("jd退款 ¥5.00");
  });

  it("tells yes from no in consent", () => {
    const about = { channel: "sms", purpose: "marketing" };
    expect(said(fact("consent.changed", { ...about, state: "granted" }), "en")).toBe("Agreed to marketing messages by sms");
    expect(said(fact("consent.changed", { ...about, state: "denied" }), "en")).toBe("Refused marketing messages by sms");
  });

  it("says how many points came and went", () => {
    const kinds = ["earned", "spent", "expired", "taken_back", "given_back"];
    expect(kinds.map((kind) => said(fact(`points.${kind}`, { unit: "points", amount: 1200 }), "en"))).toEqual(["Got 1,200 points", "Spent 1,200 points", "1,200 points expired", "1,200 points were taken back", "1,200 points were given back"]);
    expect(said(fact("points.earned", { unit: "growth", amount: 5 }))).toBe("获得 5 成长值");
  });

  it("says which tier somebody came into", () => {
    expect(said(fact("tier.raised", {}, { name: "金卡" }))).toBe("等级提升至“金卡”");
    expect(said(fact("tier.lowered", {}, { name: "Silver" }), "en")).toBe("Fell into the tier “Silver”");
  });

  it("says what somebody drew and won", () => {
    expect(said(fact("draw.made", { won: true }, { name: "手机" }))).toBe("抽奖，获得“手机”");
    expect(said(fact("draw.made", { won: false }, { name: "谢谢参与" }), "en")).toBe("Drew and got nothing");
    expect(said(fact("prize.handed_out", {}, { name: "手机" }))).toBe("奖品“手机”已发放");
    expect(said(fact("free_order.won", {}, { name: "Spring" }), "en")).toBe("An order was given back by “Spring”");
  });

  it("says how far somebody is in a trial", () => {
    expect(said(fact("member.invited", { friend: 7, way: "sms" }))).toBe("邀请客户 7 加入");
    expect(said(fact("member.referred", { inviter: 3, way: "sms" }))).toBe("受客户 3 邀请加入");
    expect(said(fact("trial.applied", {}, { name: "春茶" }))).toBe("申请试用“春茶”");
    expect(said(fact("trial.reported", { stars: 4 }, { name: "Tea" }), "en")).toBe("Reported on “Tea”, 4 of 5 stars");
    expect(said(fact("trial.rewarded", { stars: 4, points: 1200 }, { name: "春茶" }))).toBe("“春茶”的试用报告通过，奖励 1,200 积分");
  });

  it("says what was paid and what went back", () => {
    expect(said(fact("payment.paid", {}, { name: "一盒茶", amount_fen: 1000 }))).toContain("：一盒茶");
    expect(said(fact("payment.refunded", {}, { name: "Tea", amount_fen: -1000 }), "en")).toContain("given back: Tea");
    expect(said(fact("transfer.received", {}, { name: "助力奖励", amount_fen: -500 }))).toContain("收到转账");
  });

  it("says how many days in a row somebody checked in, and which task they did", () => {
    expect(["issued", "returned", "expired"].map((kind) => said(fact(`coupon.${kind}`, {}, { name: "满减" })))).toEqual(["获得优惠券“满减”", "优惠券“满减”随退款退回", "优惠券“满减”过期未使用"]);
    expect(said(fact("coupon.used", { off_fen: 1000 }, { name: "满减" }))).toContain("使用优惠券“满减”，优惠");
    expect(said(fact("reward.redeemed", { pieces: 2 }, { name: "茶杯" }))).toBe("兑换“茶杯” 2 件");
    expect(["fulfilled", "cancelled"].map((kind) => said(fact(`reward.${kind}`, { pieces: 1 }, { name: "Mug" }), "en"))).toEqual(["Got 1 × “Mug” that was redeemed", "Cancelled the redemption of 1 × “Mug”"]);
    expect(said(fact("task.done", { task: "follow" }, { name: "关注公众号" }))).toBe("完成任务“关注公众号”");
    expect(said(fact("check_in.made", { day: "2026-03-03", streak: 7, made_up: false }))).toBe("签到，连续 7 天");
    expect(said(fact("check_in.made", { day: "2026-03-03", streak: 2, made_up: true }), "en")).toBe("Made up for 2026-03-03, 2 in a row");
  });

  it("calls a page without a name by its path", () => {
    expect(said(fact("page.viewed", { $context: { page: { path: "/sale" } } }))).toBe("浏览页面“/sale”");
  });

  it("says who ended a friendship, and how somebody came", () => {
    expect(said(fact("friend.added", { staff: "s1", way: "scan", state: "store01" }))).toBe("通过scan添加员工“王倩”为好友（渠道参数 store01）");
    expect(["staff", "customer", "left", "unknown"].map((by) => said(fact("friend.deleted", { staff: "s1", by }), "en"))).toEqual(["Was deleted by 王倩", "Deleted 王倩", "Is with 王倩 no more, who has left", "Is no friend of 王倩 any more"]);
    expect(said(fact("friend.transferred", { from_staff: "s1", to_staff: "s2" }))).toBe("由员工“王倩”移交给“s2”");
  });

  it("calls the other side of a relation by name", () => {
    expect(said(fact("relation.started", { relation: "friend", scope: "account:3/s1" }))).toBe("成为friend（王倩）");
    expect(said(fact("relation.ended", { relation: "group_member", scope: "account:3/g/1" }))).toBe("不再是group_member（g/1）");
    expect([tieOf("wx:1"), tieOf("account:3/a/b")]).toEqual([undefined, { account: 3, id: "a/b" }]);
  });

  it("says which group somebody joined, and by whom", () => {
    expect(said(fact("chat.joined", { group: "福利群", way: "invited", invited_by: "s1" }))).toBe("由“王倩”邀请加入群“福利群”");
    expect(said(fact("chat.joined", { group: "福利群", way: "", invited_by: "" }))).toBe("加入群“福利群”");
    expect(said(fact("chat.left", { group: "福利群" }), "en")).toBe("Left the group “福利群”");
  });

  it.each(["zh", "en"] as const)("has a sentence without gaps for every kind (%s)", (language) => {
    for (const kind of Object.values(KINDS).flat()) {
      const text = said(fact(kind), language);
      expect(text, kind).not.toMatch(/\{\{|undefined|says\./);
      expect(text.length, kind).toBeGreaterThan(1);
    }
  });

  it("shows a kind that it does not know", () => {
    expect(said(fact("parcel.lost", {}, { name: "SPRING" }))).toBe("parcel.lost SPRING");
  });
});

import type { Leaf } from "./tree";

/** What can be added to a rule, by theme: each entry is a condition that begins somewhere useful. Pure. */

const EVER = {};
const LAST_30 = { last: { amount: 30, unit: "day" } } as const;
const PAID = { kind: "order.paid", where: [] };
const VIEWED = { kind: "page.viewed", where: [] };
const LAST_7 = { last: { amount: 7, unit: "day" } } as const;
const MARKETING = { kind: "touch.sent", where: [{ property: "purpose", comparison: "eq" as const, value: "marketing" }] };
const ENTERED = { kind: "journey.entered", where: [] };
const LAST_90 = { last: { amount: 90, unit: "day" } } as const;
const plain = (kind: string) => ({ kind, where: [] });
const points = (kind: string) => ({ kind, where: [{ property: "unit", comparison: "eq" as const, value: "points" }] });
const ONCE = { measure: "count", comparison: "ge", value: 1 } as const;
const NEVER = { measure: "count", comparison: "eq", value: 0 } as const;

export interface MenuEntry {
  /** Key of its words below `segments:menu`. */
  name: string;
  leaf: Leaf;
}

export const MENU: readonly { theme: string; entries: readonly MenuEntry[] }[] = [
  {
    theme: "trait",
    entries: [
      { name: "trait", leaf: { condition: "trait", name: "", comparison: "eq", value: "" } },
      { name: "traitThere", leaf: { condition: "trait", name: "", comparison: "exists", value: true } },
      { name: "date", leaf: { condition: "date", name: "", comparison: "last_days", days: 30 } },
      { name: "birthday", leaf: { condition: "anniversary", name: "birthday", days: 7 } },
    ],
  },
  {
    theme: "tag",
    entries: [
      { name: "tag", leaf: { condition: "tag", tag: "" } },
      { name: "tagNew", leaf: { condition: "tag", tag: "", less_than_days: 30 } },
    ],
  },
  { theme: "consent", entries: [{ name: "consent", leaf: { condition: "consent", channel: "all", purpose: "marketing", state: "granted" } }] },
  {
    theme: "relation",
    entries: [
      { name: "relation", leaf: { condition: "relation", kind: "friend", state: "standing" } },
      { name: "relationNew", leaf: { condition: "relation", kind: "friend", state: "standing", less_than_days: 7 } },
      { name: "relationEnded", leaf: { condition: "relation", kind: "friend", state: "ended" } },
      { name: "layer", leaf: { condition: "layer", layers: [] } },
      { name: "firstSource", leaf: { condition: "first_source", source_ids: [] } },
      { name: "entryCode", leaf: { condition: "entry_code", codes: [] } },
    ],
  },
  { theme: "group", entries: [{ name: "group", leaf: { condition: "group", groups: [] } }] },
  {
    theme: "bought",
    entries: [
      { name: "boughtCount", leaf: { condition: "bought", measure: "count", comparison: "ge", value: 1, within: LAST_30, product_nos: [] } },
      { name: "boughtSum", leaf: { condition: "bought", measure: "sum", comparison: "ge", value: 50_000, within: LAST_30, product_nos: [] } },
      { name: "boughtTitle", leaf: { condition: "bought", measure: "count", comparison: "ge", value: 1, within: EVER, product_nos: [], title: "" } },
      { name: "boughtLast", leaf: { condition: "bought", measure: "since_last", comparison: "ge", value: 90, within: EVER, product_nos: [] } },
      { name: "boughtFirst", leaf: { condition: "bought", measure: "since_first", comparison: "lt", value: 30, within: EVER, product_nos: [] } },
      { name: "boughtNever", leaf: { condition: "bought", measure: "count", comparison: "eq", value: 0, within: EVER, product_nos: [] } },
    ],
  },
  {
    theme: "did",
    entries: [
      { name: "did", leaf: { condition: "did", fact: VIEWED, measure: "count", comparison: "ge", value: 1, within: LAST_30 } },
      { name: "didNot", leaf: { condition: "did", fact: VIEWED, measure: "count", comparison: "eq", value: 0, within: LAST_30 } },
      { name: "didDays", leaf: { condition: "did", fact: VIEWED, measure: "days", comparison: "ge", value: 3, within: LAST_30 } },
      { name: "didLast", leaf: { condition: "did", fact: VIEWED, measure: "since_last", comparison: "ge", value: 30, within: EVER } },
    ],
  },
  {
    theme: "sequence",
    entries: [
      { name: "then", leaf: { condition: "sequence", first: VIEWED, then: PAID, within: { amount: 3, unit: "day" }, followed: true, since: LAST_30, further: [] } },
      { name: "thenThen", leaf: { condition: "sequence", first: VIEWED, then: plain("order.placed"), within: { amount: 7, unit: "day" }, followed: true, since: LAST_30, further: [PAID] } },
      { name: "notThen", leaf: { condition: "sequence", first: { kind: "order.placed", where: [] }, then: PAID, within: { amount: 1, unit: "day" }, followed: false, since: LAST_30, further: [] } },
    ],
  },
  {
    theme: "reached",
    entries: [
      { name: "reached", leaf: { condition: "did", fact: MARKETING, measure: "count", comparison: "ge", value: 1, within: LAST_7 } },
      { name: "notReached", leaf: { condition: "did", fact: MARKETING, measure: "count", comparison: "eq", value: 0, within: LAST_7 } },
      { name: "touchLost", leaf: { condition: "did", fact: { kind: "touch.dropped", where: [] }, measure: "count", comparison: "ge", value: 1, within: LAST_30 } },
      { name: "complained", leaf: { condition: "did", fact: plain("touch.complained"), ...ONCE, within: LAST_90 } },
      { name: "journeyIn", leaf: { condition: "did", fact: ENTERED, measure: "count", comparison: "ge", value: 1, within: EVER } },
      { name: "journeyOut", leaf: { condition: "did", fact: { kind: "journey.ended", where: [{ property: "how", comparison: "in" as const, value: ["exit", "goal"] }] }, measure: "count", comparison: "ge", value: 1, within: EVER } },
      { name: "notJourney", leaf: { condition: "did", fact: ENTERED, measure: "count", comparison: "eq", value: 0, within: EVER } },
    ],
  },
  {
    theme: "rights",
    entries: [
      { name: "pointsEarned", leaf: { condition: "did", fact: points("points.earned"), ...ONCE, within: LAST_30 } },
      { name: "pointsSpent", leaf: { condition: "did", fact: points("points.spent"), ...ONCE, within: LAST_30 } },
      { name: "pointsNotSpent", leaf: { condition: "did", fact: points("points.spent"), ...NEVER, within: LAST_90 } },
      { name: "pointsExpired", leaf: { condition: "did", fact: points("points.expired"), ...ONCE, within: LAST_30 } },
      { name: "tierRaised", leaf: { condition: "did", fact: plain("tier.raised"), ...ONCE, within: LAST_30 } },
      { name: "checkedIn", leaf: { condition: "did", fact: plain("check_in.made"), measure: "days", comparison: "ge", value: 3, within: LAST_7 } },
      { name: "redeemed", leaf: { condition: "did", fact: plain("reward.redeemed"), ...ONCE, within: LAST_90 } },
      { name: "couponUsed", leaf: { condition: "did", fact: plain("coupon.used"), ...ONCE, within: LAST_30 } },
      { name: "couponLeft", leaf: { condition: "sequence", first: plain("coupon.issued"), then: plain("coupon.used"), within: { amount: 7, unit: "day" }, followed: false, since: LAST_30, further: [] } },
      { name: "drawWon", leaf: { condition: "did", fact: { kind: "draw.made", where: [{ property: "won", comparison: "eq" as const, value: true }] }, ...ONCE, within: LAST_30 } },
      { name: "paidHere", leaf: { condition: "did", fact: plain("payment.paid"), measure: "sum", comparison: "ge", value: 10_000, within: LAST_90 } },
    ],
  },
  { theme: "rfm", entries: [{ name: "rfm", leaf: { condition: "rfm", recency_days: { most: 90 }, purchases: { least: 2 } } }] },
  {
    theme: "value",
    entries: [
      { name: "value", leaf: { condition: "value", comparison: "ge", fen: 100_000 } },
      { name: "predictedValue", leaf: { condition: "predicted", what: "value_fen", comparison: "ge", value: 50_000 } },
      { name: "predictedAlive", leaf: { condition: "predicted", what: "alive_percent", comparison: "lt", value: 30 } },
      { name: "predictedPurchases", leaf: { condition: "predicted", what: "purchases", comparison: "ge", value: 1 } },
    ],
  },
  { theme: "segment", entries: [{ name: "segment", leaf: { condition: "segment", segment_id: 0 } }] },
  { theme: "list", entries: [{ name: "list", leaf: { condition: "list", list_id: 0 } }] },
];

/** The condition of an entry, as its own copy. */
export function made(name: string): Leaf | undefined {
  const found = MENU.flatMap(({ entries }) => entries).find((entry) => entry.name === name);
  return found && structuredClone(found.leaf);
}

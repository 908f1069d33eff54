import type { RfmTable } from "../insight/rfm/Rfm";
import { rangeOf } from "../insight/rfm/scores";
import type { Wanted } from "../customers/listing";
import { writeRule, type Leaf, type Rule } from "./rule/tree";

/** Rules for people that other screens show. Pure. */

type Bounds = { least?: number; most?: number };

/** The people of a square of the RFM grid. Scores are bounds of days and purchases: both ends belong to a rule's. */
export function ofSquare(table: RfmTable, r: number, f: number): Rule {
  return rfm(within(rangeOf(r, table.days_bounds, true)), within(rangeOf(f, table.orders_bounds)));
}

/** The people of one of the eight: each of the three scores is high (4 and 5) or not. */
export function ofNamed(table: RfmTable, high: { r: boolean; f: boolean; m: boolean }): Rule {
  const days = rangeOf(4, table.days_bounds, true).upTo ?? 0;
  const orders = rangeOf(4, table.orders_bounds).above ?? 0;
  const net = rangeOf(4, table.net_bounds).above ?? 0;
  return rfm(high.r ? { most: days } : { least: days + 1 }, high.f ? { least: orders + 1 } : { most: orders }, high.m ? { least: net + 1 } : { most: net });
}

function within({ above, upTo }: { above: number | null; upTo: number | null }): Bounds {
  return { ...(above !== null && { least: above + 1 }), ...(upTo !== null && { most: upTo }) };
}

function rfm(recency_days: Bounds, purchases: Bounds, money_fen?: Bounds): Rule {
  const given = (bounds: Bounds | undefined): bounds is Bounds => bounds !== undefined && Object.keys(bounds).length > 0;
  return { condition: "rfm", ...(given(recency_days) && { recency_days }), ...(given(purchases) && { purchases }), ...(given(money_fen) && { money_fen }) };
}

/** Filters of the customers list as a rule, and the names of those that no rule can say. */
export function ofFilters(wanted: Wanted): { rule: Rule | null; left: string[] } {
  const { layer, relation, tag, source_id, value_from, value_to, orders_from, orders_to, platform, shop, ...others } = wanted;
  const of: Leaf[] = [];
  if (layer !== undefined) of.push({ condition: "layer", layers: [layer as number] });
  if (relation) of.push({ condition: "relation", kind: relation, state: "standing" });
  if (tag) of.push({ condition: "tag", tag });
  if (source_id != null) of.push({ condition: "first_source", source_ids: [source_id] });
  const money = { ...(value_from != null && { least: value_from }), ...(value_to != null && { most: value_to }) };
  // Bounds of RFM are of buyers only; who never bought has at most so many purchases too.
  const bought = (orders_from ?? 0) > 0;
  const times = bought ? { least: orders_from ?? 1, ...(orders_to != null && { most: orders_to }) } : {};
  if (!bought && orders_to != null) of.push({ condition: "bought", measure: "count", comparison: "le", value: orders_to, within: {}, product_nos: [] });
  if (Object.keys(money).length + Object.keys(times).length > 0) {
    of.push({ condition: "rfm", ...(Object.keys(times).length > 0 && { purchases: times }), ...(Object.keys(money).length > 0 && { money_fen: money }) });
  }
  if (platform) of.push({ condition: "bought", measure: "count", comparison: "ge", value: 1, within: {}, product_nos: [], platform, ...(shop && { shop }) });
  const left = Object.entries(others).flatMap(([name, value]) => (value === undefined || value === null ? [] : [name]));
  return { rule: of.length === 0 ? null : { condition: "all", of }, left };
}

/** Where a segment with this rule is made. */
export const newSegment = (rule: Rule, name = ""): string => `/segments/new?${new URLSearchParams({ rule: writeRule(rule), ...(name && { name }) }).toString()}`;

import type { paths } from "@siyu/api";
import { dayBounds, type ListQuery } from "@siyu/kit";

/** What an address asks of the API. Pure. */

export type CustomerQuery = NonNullable<paths["/api/v1/customers"]["get"]["parameters"]["query"]>;
/** Which customers; the same for a list and for an export of it. */
export type Wanted = Omit<CustomerQuery, "sort" | "order" | "cursor" | "limit">;
type SortKey = NonNullable<CustomerQuery["sort"]>;

export const RELATIONS = ["follower", "subscriber", "member", "friend", "group_member", "fan"] as const;
export const PLATFORMS = ["taobao", "jd", "doudian", "youzan", "wechat_shop", "pinduoduo", "generic", "tracking"] as const;
export const SORTS: readonly SortKey[] = ["last_seen", "first_seen", "value", "orders", "last_order"];

/** Filters of the address as the API understands them: days as times in the brand's zone, yuan as fen, one of the `layers`. */
export function wantedOf(filters: Record<string, string>, zone: string, layers: readonly NonNullable<Wanted["layer"]>[]): Wanted {
  const seen = dayBounds(filters, "seen", zone);
  const firstSeen = dayBounds(filters, "first_seen", zone);
  const firstOrder = dayBounds(filters, "first_order", zone);
  const lastOrder = dayBounds(filters, "last_order", zone);
  const known = dayBounds(filters, "known", zone);
  return {
    q: filters["q"],
    layer: layers.find((layer) => String(layer) === filters["layer"]),
    relation: RELATIONS.find((kind) => kind === filters["relation"]),
    platform: filters["platform"],
    shop: filters["platform"] && filters["shop"],
    tag: filters["tag"],
    source_id: wholeOf(filters["source_id"]),
    value_from: fenOf(filters["value_from"]),
    value_to: fenOf(filters["value_to"]),
    orders_from: wholeOf(filters["orders_from"]),
    orders_to: wholeOf(filters["orders_to"]),
    seen_from: seen.from,
    seen_before: seen.before,
    first_seen_from: firstSeen.from,
    first_seen_before: firstSeen.before,
    first_order_from: firstOrder.from,
    first_order_before: firstOrder.before,
    last_order_from: lastOrder.from,
    last_order_before: lastOrder.before,
    known_from: known.from,
    known_before: known.before,
  };
}

/** The whole question of a list's page. */
export function queryOf(list: ListQuery, zone: string, layers: readonly NonNullable<Wanted["layer"]>[]): CustomerQuery {
  const sort = SORTS.find((key) => key === list.sort?.key);
  return {
    ...wantedOf(list.filters, zone, layers),
    sort,
    order: sort && (list.sort?.descending ? "desc" : "asc"),
    cursor: list.cursor,
    limit: list.limit,
  };
}

/** Yuan as somebody types them ("1,200.5") in fen; `undefined` when that is no amount. */
export function fenOf(text: string | undefined): number | undefined {
  const plain = text?.replace(/[,，\s¥￥]/g, "") ?? "";
  if (!/^-?\d+(\.\d{1,2})?$/.test(plain)) return undefined;
  const fen = Math.round(Number(plain) * 100);
  return Number.isSafeInteger(fen) ? fen : undefined;
}

function wholeOf(text: string | undefined): number | undefined {
  return text && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
}

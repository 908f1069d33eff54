import { answered, api, type Schema } from "@siyu/api";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";

export type Template = Schema<"TemplateFigures">;
export type CouponTerms = Schema<"CouponTerms">;
export type CouponKind = CouponTerms["kind"];
export type Coupon = Schema<"CouponRead">;
export type Issued = Schema<"IssuedRead">;
export type Offer = Schema<"OfferFigures">;
export type OfferTerms = Schema<"OfferTerms">;
export type Redemption = Schema<"RedemptionRead">;
export type Economy = Schema<"EconomyRead">;
export type State = Template["state"];

/** Everything about coupons, the shop and the points economy lies below this key. */
export const REWARDS = ["rewards"] as const;
export const COUPON_KINDS = ["money", "percent", "exchange", "shipping"] as const satisfies readonly CouponKind[];
export const TEMPLATE_STATES = ["draft", "live", "paused", "ended"] as const;
export const COUPON_STATES = ["held", "used", "expired", "revoked"] as const;
export const REDEMPTION_STATES = ["awaiting_payment", "placed", "fulfilled", "cancelled"] as const;
/** As many as the server tells at a time. */
const MOST = 200;

export function useTemplates(): UseQueryResult<Template[]> {
  return useQuery({ queryKey: [...REWARDS, "templates", "all"], staleTime: 60_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/coupons", { signal, params: { query: { limit: MOST } } })) });
}

export function useTemplate(id: number): UseQueryResult<Template> {
  return useQuery({ queryKey: [...REWARDS, "templates", id], queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/coupons/{template_id}", { signal, params: { path: { template_id: id } } })) });
}

export function useOffers(): UseQueryResult<Offer[]> {
  return useQuery({ queryKey: [...REWARDS, "offers", "all"], staleTime: 60_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/offers", { signal, params: { query: { limit: MOST } } })) });
}

export function useOffer(id: number): UseQueryResult<Offer> {
  return useQuery({ queryKey: [...REWARDS, "offers", id], queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/offers/{offer_id}", { signal, params: { path: { offer_id: id } } })) });
}

export function useRewardRules(): UseQueryResult<Schema<"RewardRulesRead">> {
  return useQuery({ queryKey: [...REWARDS, "rules"], queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/rules", { signal })) });
}

/** The name of a template or an offer; its number while that is not known. */
export function useNameOf(kind: "template" | "offer"): (id: number) => string {
  const templates = useTemplates().data;
  const offers = useOffers().data;
  const found: readonly { id: number; terms: { name: string } }[] | undefined = kind === "template" ? templates : offers;
  return (id) => found?.find((one) => one.id === id)?.terms.name ?? `#${id}`;
}

/** Ask again for everything that may have changed. */
export function useAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: REWARDS });
}

/** A word by which the server knows a request again. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The key of the next press: the same until what was asked for is done, so that a repeat does nothing twice. */
export function useKey(): [string, () => void] {
  const [key, setKey] = useState(newKey);
  return [key, () => setKey(newKey())];
}

/** Customers as somebody types or pastes them: numbers apart by anything else, each once; `bad` are the words that are none. */
export function readIds(text: string): { ids: number[]; bad: string[] } {
  const words = text.split(/[\s,，;；、#]+/).filter(Boolean);
  const good = words.filter((word) => /^[1-9]\d{0,15}$/.test(word) && Number.isSafeInteger(Number(word)));
  return { ids: [...new Set(good.map(Number))], bad: words.filter((word) => !good.includes(word)) };
}

/** What of a template may be changed once people may have one: all else is what they were promised. */
export const CHANGEABLE: ReadonlySet<keyof CouponTerms> = new Set(["name", "per_person", "stacks_with", "several", "place", "valid_from", "valid_until", "after_days", "valid_days"]);

/** The terms of a kind: what belongs to another one is left out, for the server refuses it. */
export function termsOf(terms: CouponTerms): CouponTerms {
  const only = <Value>(kinds: readonly CouponKind[], value: Value): Value | null => (kinds.includes(terms.kind) ? value : null);
  return {
    ...terms,
    off_fen: only(["money"], terms.off_fen),
    percent: only(["percent"], terms.percent),
    most_fen: only(["percent", "shipping"], terms.most_fen),
    pay_fen: only(["exchange"], terms.pay_fen),
    cost_fen: only(["exchange"], terms.cost_fen),
    goods_cost_bp: only(["money", "percent", "shipping"], terms.goods_cost_bp),
  };
}

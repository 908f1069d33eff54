import type { Schema } from "@siyu/api";

type Offer = Schema<"OwnOffer">;

/** How an offer stands at this moment of the server's clock: what was to come begins, and what runs ends, without asking again. */
export function standsNow(offer: Pick<Offer, "stands" | "starts_at" | "ends_at" | "left">, now: number): Offer["stands"] {
  if (offer.ends_at && now >= Date.parse(offer.ends_at)) return "over";
  if (offer.stands !== "soon" || (offer.starts_at && now < Date.parse(offer.starts_at))) return offer.stands;
  return offer.left > 0 ? "open" : "sold_out";
}

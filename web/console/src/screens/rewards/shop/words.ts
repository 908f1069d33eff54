import { useFormat } from "@siyu/kit";
import { useTranslation } from "react-i18next";

import type { OfferTerms } from "../rewards";

/** What one piece costs, and who may have how many, in a few words. */
export function useOfferWords(): { price: (terms: OfferTerms) => string; window: (terms: OfferTerms) => string; limits: (terms: OfferTerms) => string } {
  const { t } = useTranslation("rewards");
  const { count, money, when } = useFormat();
  const price = ({ points, cash_fen }: OfferTerms): string => [points ? t("says.points", { points: count(points) }) : "", cash_fen ? money(cash_fen) : ""].filter(Boolean).join(" + ");
  const window = ({ starts_at, ends_at }: OfferTerms): string => {
    const parts = [starts_at ? t("says.since", { at: when(starts_at) }) : "", ends_at ? t("says.until", { at: when(ends_at) }) : ""];
    return parts.filter(Boolean).join(t("says.and")) || t("offer.always");
  };
  const limits = ({ per_person, per_day, tiers = {} }: OfferTerms): string => {
    const parts = [
      per_person ? t("says.perPerson", { count: per_person }) : "",
      per_day ? t("says.perDay", { count: per_day }) : "",
      ...Object.entries(tiers).map(([tier, most]) => t("says.perTier", { tier, count: most })),
    ];
    return parts.filter(Boolean).join(t("says.and")) || t("coupon.noLimit");
  };
  return { price, window, limits };
}

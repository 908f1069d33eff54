import { useFormat } from "@siyu/kit";
import { useTranslation } from "react-i18next";

import type { CouponTerms } from "../rewards";

/** What a coupon does, and for how long it is good, each in a few words. */
export function useCouponWords(): { does: (terms: CouponTerms) => string; lasts: (terms: CouponTerms) => string } {
  const { t } = useTranslation("rewards");
  const { money, when } = useFormat();
  const does = (terms: CouponTerms): string => {
    const from = terms.threshold_fen > 0 ? t("says.from", { money: money(terms.threshold_fen) }) : t("says.always");
    const most = terms.most_fen ? t("says.most", { money: money(terms.most_fen) }) : "";
    switch (terms.kind) {
      case "money":
        return from + t("says.money", { money: money(terms.off_fen ?? 0) });
      case "percent":
        return from + t("says.percent", { percent: String(terms.percent ?? 0), pays: String((100 - (terms.percent ?? 0)) / 10) }) + most;
      case "exchange":
        return from + t("says.exchange", { money: money(terms.pay_fen ?? 0), goods: (terms.goods ?? []).join(" / ") });
      case "shipping":
        return from + t("says.shipping") + most;
    }
  };
  const lasts = (terms: CouponTerms): string => {
    const parts = [
      terms.after_days ? t("says.after", { count: terms.after_days }) : "",
      terms.valid_days ? t("says.days", { count: terms.valid_days }) : "",
      terms.valid_from ? t("says.since", { at: when(terms.valid_from) }) : "",
      terms.valid_until ? t("says.until", { at: when(terms.valid_until) }) : "",
    ];
    return parts.filter(Boolean).join(t("says.and"));
  };
  return { does, lasts };
}

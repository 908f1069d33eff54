import { useFormat } from "@siyu/kit";
import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import { useUnitName } from "../units";
import type { Cap, MultiplierDays, OrderRule } from "./types";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Rules of earning as sentences. */
export function useEarningWords() {
  const { t } = useTranslation("members");
  const names = useNames();
  const unit = useUnitName();
  const { money, count } = useFormat();
  const times = (percent: number): string => count(percent / 100);
  const fits = (rule: OrderRule): string => {
    const parts = [
      rule.platform && (rule.shop ? t("earning.ofShop", { platform: names.platform(rule.platform), shop: rule.shop }) : t("earning.ofPlatform", { platform: names.platform(rule.platform) })),
      rule.category && t("earning.ofCategory", { category: rule.category }),
    ].filter(Boolean);
    return parts.length > 0 ? parts.join(t("earning.comma")) : t("earning.ofAll");
  };
  const which = (one: MultiplierDays): string => {
    if (one.weekdays) return t("earning.onWeekdays", { days: one.weekdays.map((day) => t(`weekday.${WEEKDAYS[day - 1] ?? "mon"}`)).join(t("says.and")) });
    if (one.month_days) return t("earning.onMonthDays", { days: one.month_days.join(t("says.and")) });
    if (one.birthday) return t(one.birthday === "month" ? "earning.onBirthdayMonth" : "earning.onBirthday");
    return t("earning.onDates", { first: one.first ?? "", last: one.last ?? "" });
  };
  return {
    order: (rule: OrderRule): string =>
      t("earning.order", {
        fits: fits(rule),
        per: money(rule.per_fen),
        amount: count(rule.amount),
        unit: unit(rule.unit),
        when: t(rule.when === "paid" ? "earning.whenPaid" : "earning.whenReceived"),
        lasts: rule.expires_days ? t("earning.lasts", { days: String(rule.expires_days) }) : t("earning.forEver"),
      }),
    days: (one: MultiplierDays): string => t("earning.multiplied", { which: which(one), times: times(one.percent), unit: unit(one.unit) }),
    cap: (one: Cap): string => {
      const parts = [one.per_day && t("earning.perDay", { most: count(one.per_day) }), one.per_month && t("earning.perMonth", { most: count(one.per_month) })].filter(Boolean);
      return t("earning.cap", { unit: unit(one.unit), most: parts.join(t("earning.comma")) });
    },
  };
}

import type { Schema } from "@siyu/api";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";

type Coupon = Schema<"OwnCoupon">;

/** What a coupon takes off, in words. In Chinese 20 % off are 8 折. */
export function useWorth(): (coupon: Coupon) => string {
  const { t, i18n } = useTranslation();
  const { money } = useFormats();
  return ({ kind, off_fen, percent, pay_fen }) => {
    if (kind === "money") return t("coupons.money", { money: money(off_fen ?? 0) });
    if (kind === "percent") return t("coupons.percent", { count: i18n.language === "zh" ? (100 - (percent ?? 0)) / 10 : (percent ?? 0) });
    return kind === "exchange" ? t("coupons.exchange", { money: money(pay_fen ?? 0) }) : t("coupons.shipping");
  };
}

/** For what it counts, and when. */
export function Terms({ coupon }: { coupon: Coupon }) {
  const { t } = useTranslation();
  const { money, moment } = useFormats();
  const early = coupon.valid_from !== null && coupon.state === "held" && Date.parse(coupon.valid_from) > Date.parse(coupon.issued_at);
  const said = [
    coupon.threshold_fen > 0 && t("coupons.above", { money: money(coupon.threshold_fen) }),
    coupon.most_fen !== null && t("coupons.most", { money: money(coupon.most_fen) }),
    coupon.some_goods && t("coupons.someGoods"),
    early && coupon.valid_from && t("coupons.from", { time: moment(coupon.valid_from) }),
    coupon.valid_until ? t("coupons.until", { time: moment(coupon.valid_until) }) : t("coupons.forever"),
  ];
  return <p className="quiet">{said.filter(Boolean).join(" · ")}</p>;
}

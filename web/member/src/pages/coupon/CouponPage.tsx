import { answered, api } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { Queried } from "../../parts/Queried";
import { Terms, useWorth } from "../coupons/worth";

export function CouponPage() {
  const { t } = useTranslation();
  const worth = useWorth();
  const id = Number(useParams()["id"]) || 0;
  const found = useQuery({
    queryKey: ["coupons", id],
    queryFn: () => answered(api.GET("/member/v1/coupons/{coupon_id}", { params: { path: { coupon_id: id } } })),
  });
  return (
    <>
      <Queried of={found} heights={[460]}>
        {(coupon) => (
          <section className="card">
            <h1 className="title">
              {coupon.name}
              <span className="quiet">{t(`coupons.${coupon.state}`)}</span>
            </h1>
            <p className="number">{worth(coupon)}</p>
            <Terms coupon={coupon} />
            {coupon.state === "held" && (
              <>
                <img className="code" src={`/member/v1/coupons/${coupon.id}/code.svg`} alt={t("coupons.codePicture", { code: coupon.code })} width="232" height="232" />
                <p className="code-text">
                  <span className="hidden">{t("coupons.code")}</span> {coupon.code}
                </p>
                <p className="quiet">{t("coupons.show")}</p>
              </>
            )}
          </section>
        )}
      </Queried>
      <p>
        <Link to="/coupons">{t("coupons.back")}</Link>
      </p>
    </>
  );
}

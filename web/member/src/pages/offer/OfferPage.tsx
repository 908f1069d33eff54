import { answered, api, type Schema } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useFormats } from "../../app/format";
import { usePress } from "../../app/queries";
import { useServerTime } from "../../parts/clock";
import { Done } from "../../parts/Done";
import { Failed } from "../../parts/Failed";
import { usePrice } from "../../parts/price";
import { Queried } from "../../parts/Queried";
import { useRemaining } from "../../parts/remaining";
import { standsNow } from "../rewards/stands";

type Found = Schema<"OwnOfferNow">;

export function OfferPage() {
  const { t } = useTranslation();
  const id = Number(useParams()["id"]) || 0;
  const found = useQuery({
    queryKey: ["rewards", id],
    queryFn: () => answered(api.GET("/member/v1/rewards/{offer_id}", { params: { path: { offer_id: id } } })),
  });
  const now = useServerTime(found);
  return (
    <>
      <Queried of={found} heights={[280]}>
        {(one) => <Offer found={one} now={now} />}
      </Queried>
      <p>
        <Link to="/rewards">{t("shop.back")}</Link>
      </p>
    </>
  );
}

function Offer({ found: { offer, points }, now }: { found: Found; now: number }) {
  const { t } = useTranslation();
  const { number, moment } = useFormats();
  const price = usePrice();
  const remaining = useRemaining();
  const stands = standsNow(offer, now);
  return (
    <section className="card">
      <h1 className="title">
        <span>
          {offer.seckill && <span className="mark">{t("shop.seckill")}</span>} {offer.name}
        </span>
      </h1>
      <p className="number">{price(offer.points, offer.cash_fen)}</p>
      <p className="quiet">{t("shop.have", { count: number(points) })}</p>
      <p className="offer-time" role="timer">
        {stands === "soon" && offer.starts_at && t("shop.begins", { time: remaining(offer.starts_at, now) })}
        {stands === "open" && offer.ends_at && t("shop.ends", { time: remaining(offer.ends_at, now) })}
      </p>
      <ul className="quiet">
        <li>{t("shop.left", { count: number(offer.left) })}</li>
        {offer.per_person !== null && <li>{t("shop.perPerson", { count: offer.per_person })}</li>}
        {offer.per_day !== null && <li>{t("shop.perDay", { count: offer.per_day })}</li>}
        {offer.tiers.length > 0 && <li>{t("shop.tiers", { tiers: offer.tiers.join("、") })}</li>}
        {offer.may !== null && offer.may > 0 && <li>{t("shop.may", { count: offer.may })}</li>}
        {offer.starts_at && <li>{t("shop.from", { time: moment(offer.starts_at) })}</li>}
        {offer.ends_at && <li>{t("shop.until", { time: moment(offer.ends_at) })}</li>}
      </ul>
      <Redeem offer={offer} points={points} stands={stands} />
    </section>
  );
}

/** One press in a seckill, where seconds count; else what it costs is said once more. */
function Redeem({ offer, points, stands }: { offer: Found["offer"]; points: number; stands: Found["offer"]["stands"] }) {
  const { t } = useTranslation();
  const price = usePrice();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const redeem = usePress((_: undefined, key) =>
    answered(
      api.POST("/member/v1/rewards/{offer_id}/redeem", {
        params: { path: { offer_id: offer.id }, header: { "Idempotency-Key": key } },
        body: { pieces: 1 },
      }),
    ),
  );
  const press = (): void => {
    redeem.mutate(undefined, {
      onSuccess: (done) => void (done.state === "awaiting_payment" && navigate("/redemptions")),
      onSettled: () => setAsked(false),
    });
  };
  const missing = Math.max(0, offer.points - points);
  const ready = stands === "open" && missing === 0;
  const word = ready ? t(offer.cash_fen > 0 ? "shop.redeemAndPay" : "shop.redeem") : stands === "open" ? t("shop.missing", { count: missing }) : t(`shop.stands.${stands}`);
  return (
    <>
      {asked && ready ? (
        <div className="notice" role="group" aria-label={t("shop.sure", { price: price(offer.points, offer.cash_fen) })}>
          <p>{t("shop.sure", { price: price(offer.points, offer.cash_fen) })}</p>
          <div className="row">
            <Button onClick={() => setAsked(false)}>{t("state.cancel")}</Button>
            <Button color="primary" loading={redeem.isPending} onClick={press}>
              {t("state.confirm")}
            </Button>
          </div>
        </div>
      ) : (
        <Button block color="primary" disabled={!ready} loading={redeem.isPending} onClick={() => (offer.seckill ? press() : (redeem.reset(), setAsked(true)))}>
          {word}
        </Button>
      )}
      <Done said={redeem.data && redeem.data.state !== "awaiting_payment" ? t(redeem.data.coupon ? "shop.doneCoupon" : "shop.done") : ""} />
      <Failed problem={redeem.error} />
      {redeem.data && <Link to={redeem.data.coupon ? "/coupons" : "/redemptions"}>{t(redeem.data.coupon ? "shop.toCoupons" : "shop.toRedemptions")}</Link>}
    </>
  );
}

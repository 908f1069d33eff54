import { answered, api, type Schema } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useFormats } from "../../app/format";
import { useServerTime } from "../../parts/clock";
import { usePrice } from "../../parts/price";
import { Queried } from "../../parts/Queried";
import { useRemaining } from "../../parts/remaining";
import { standsNow } from "./stands";

export function Shop() {
  const { t } = useTranslation();
  const { number } = useFormats();
  const shop = useQuery({ queryKey: ["rewards"], queryFn: () => answered(api.GET("/member/v1/rewards")) });
  const now = useServerTime(shop);
  return (
    <>
      <h1 className="title">{t("shop.title")}</h1>
      <Queried of={shop} heights={[24, 116, 116, 116]}>
        {({ points, offers }) => (
          <>
            <p className="title">
              <span className="quiet">{t("shop.have", { count: number(points) })}</span>
              <Link to="/redemptions">{t("home.redemptions")}</Link>
            </p>
            {offers.length === 0 && <p className="empty">{t("shop.none")}</p>}
            <ul>
              {offers.map((offer) => (
                <li key={offer.id}>
                  <OfferCard offer={offer} now={now} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Queried>
    </>
  );
}

function OfferCard({ offer, now }: { offer: Schema<"OwnOffer">; now: number }) {
  const { number } = useFormats();
  const { t } = useTranslation();
  const price = usePrice();
  const remaining = useRemaining();
  const stands = standsNow(offer, now);
  return (
    <Link to={`/rewards/${offer.id}`} className="card offer">
      <span className="offer-name">
        {offer.seckill && <span className="mark">{t("shop.seckill")}</span>} {offer.name}
      </span>
      <strong>{price(offer.points, offer.cash_fen)}</strong>
      <span className="quiet">
        {stands === "soon" && offer.starts_at && t("shop.begins", { time: remaining(offer.starts_at, now) })}
        {stands === "open" && t("shop.left", { count: number(offer.left) })}
        {stands === "open" && offer.seckill && offer.ends_at && ` · ${t("shop.ends", { time: remaining(offer.ends_at, now) })}`}
        {stands !== "soon" && stands !== "open" && t(`shop.stands.${stands}`)}
      </span>
    </Link>
  );
}

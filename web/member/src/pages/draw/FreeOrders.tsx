import { answered, api, type Schema } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";
import { Failed } from "../../parts/Failed";
import { useUnit } from "../../parts/rewards";

type Found = Schema<"OwnFreeOrders">;

/** Draws in which orders take part by themselves: what was published, the member's orders in them, and what became of these. */
export function FreeOrders() {
  const found = useQuery({ queryKey: ["free-orders"], queryFn: () => answered(api.GET("/member/v1/free_orders")) });
  return (
    <>
      {found.isError && <Failed problem={found.error} again={found.refetch} />}
      {found.data?.map((one) => <FreeOrder key={one.id} one={one} />)}
    </>
  );
}

function FreeOrder({ one }: { one: Found }) {
  const { t } = useTranslation();
  const { money, moment, number } = useFormats();
  const unit = useUnit()(one.unit);
  const stands = one.ended_at === null ? t("freeOrders.waits") : one.entries > 0 || one.ended_at >= one.draws_at ? t("freeOrders.drawn", { count: number(one.entries) }) : t("freeOrders.ended");
  return (
    <article className="card" aria-label={one.name}>
      <h2 className="title">
        {one.name}
        <span className="quiet">{stands}</span>
      </h2>
      <ul className="quiet">
        <li>{t("freeOrders.window", { from: moment(one.opens_at), until: moment(one.closes_at) })}</li>
        <li>{t("freeOrders.drawsAt", { time: moment(one.draws_at), count: one.winners })}</li>
        <li>
          {one.per_yuan !== null
            ? t("freeOrders.perYuan", { count: one.per_yuan, unit, money: money(one.most_fen) })
            : t("freeOrders.amount", { count: one.amount ?? 0, unit })}
        </li>
        {one.least_fen > 1 && <li>{t("freeOrders.least", { money: money(one.least_fen) })}</li>}
      </ul>
      <h3 className="title">{t("freeOrders.own")}</h3>
      {one.orders.length === 0 && <p className="quiet">{t("freeOrders.none")}</p>}
      <ul>
        {one.orders.map((order) => (
          <Own key={`${order.platform}/${order.order_no}`} order={order} unit={unit} />
        ))}
      </ul>
      <h3 className="title">{t("draw.fair")}</h3>
      <dl className="quiet">
        <dt>{t("draw.seedHash")}</dt>
        <dd className="hash">{one.seed_hash}</dd>
        {one.seed && (
          <>
            <dt>{t("freeOrders.seed")}</dt>
            <dd className="hash">{one.seed}</dd>
          </>
        )}
      </dl>
      <p>
        <a href={`/draw/${one.id}`}>{t("draw.published")}</a>
      </p>
    </article>
  );
}

function Own({ order, unit }: { order: Found["orders"][number]; unit: string }) {
  const { t, i18n } = useTranslation();
  const { money, number } = useFormats();
  const platforms = i18n.getResource(i18n.language, "member", "orders.platforms") as Record<string, string>;
  const place = order.place === null ? "" : number(order.place);
  return (
    <li className="line">
      <span>
        {[platforms[order.platform] ?? "", order.order_no].filter(Boolean).join(" · ")}
        <br />
        <span className="quiet">
          {order.place === null ? t("freeOrders.waits") : order.given > 0 ? t("freeOrders.won", { place, count: order.given, unit }) : t("freeOrders.lost", { place })}
          {order.taken > 0 && ` · ${t("freeOrders.taken", { count: order.taken })}`}
        </span>
      </span>
      <span>{money(order.fen)}</span>
    </li>
  );
}

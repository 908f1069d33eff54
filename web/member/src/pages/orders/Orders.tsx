import { answered, api, type Schema } from "@siyu/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";
import { Failed } from "../../parts/Failed";
import { Waiting } from "../../parts/Waiting";

export function Orders() {
  const { t } = useTranslation();
  const orders = useInfiniteQuery({
    queryKey: ["orders"],
    initialPageParam: "",
    queryFn: ({ pageParam }) => answered(api.GET("/member/v1/orders", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const shown = orders.data?.pages.flatMap((page) => page.orders);
  return (
    <>
      <h1 className="title">{t("orders.title")}</h1>
      {orders.isError && <Failed problem={orders.error} again={orders.refetch} />}
      {orders.isPending && <Waiting heights={[140, 140, 140]} />}
      {shown?.length === 0 && <p className="empty">{t("orders.none")}</p>}
      {shown?.map((order) => (
        <OrderCard key={`${order.platform}/${order.shop}/${order.order_no}`} order={order} />
      ))}
      {orders.hasNextPage && (
        <Button block loading={orders.isFetchingNextPage} onClick={() => void orders.fetchNextPage()}>
          {t("state.more")}
        </Button>
      )}
    </>
  );
}

function OrderCard({ order }: { order: Schema<"OwnOrder"> }) {
  const { t, i18n } = useTranslation();
  const { money, moment } = useFormats();
  const platforms = i18n.getResource(i18n.language, "member", "orders.platforms") as Record<string, string>;
  return (
    <article className="card">
      <h2 className="title">
        <span>{[platforms[order.platform] ?? "", order.shop].filter(Boolean).join(" · ")}</span>
        <span className="quiet">{t(`orders.status.${order.status}`)}</span>
      </h2>
      <ul>
        {order.lines.filter((line) => line.title).map((line, place) => (
          <li className="line" key={place}>
            <span>{line.title}</span>
            <span className="quiet">{t("orders.quantity", { count: line.quantity })}</span>
          </li>
        ))}
      </ul>
      <p className="quiet">
        {order.order_no} · {moment(order.at)}
      </p>
      <p>
        {t("orders.paid")} <strong>{money(order.paid_fen)}</strong>{" "}
        {order.refunded_fen > 0 && <span className="quiet">{t("orders.refunded", { money: money(order.refunded_fen) })}</span>}
      </p>
    </article>
  );
}

import { answered, api, type Schema } from "@siyu/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useFormats } from "../../app/format";
import { serverTime } from "../../parts/clock";
import { Failed } from "../../parts/Failed";
import { usePrice } from "../../parts/price";
import { Waiting } from "../../parts/Waiting";
import { Pay } from "./Pay";

export function Redemptions() {
  const { t } = useTranslation();
  const found = useInfiniteQuery({
    queryKey: ["redemptions"],
    initialPageParam: "",
    queryFn: ({ pageParam }) => answered(api.GET("/member/v1/redemptions", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    getNextPageParam: (page) => page.next ?? undefined,
    // what waits for money changes without a press: when it is paid, and when its time is over
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.redemptions.some((one) => one.state === "awaiting_payment")) ? 5000 : false),
  });
  const [search] = useSearchParams();
  const [phone, setPhone] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setPhone(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const told = found.data?.pages[0]?.now;
  const now = told ? serverTime(told, found.dataUpdatedAt, phone) : phone;
  const shown = found.data?.pages.flatMap((page) => page.redemptions);
  return (
    <>
      <h1 className="title">{t("redemptions.title")}</h1>
      {found.isError && <Failed problem={found.error} again={found.refetch} />}
      {found.isPending && <Waiting heights={[110, 110, 110]} />}
      {shown?.length === 0 && <p className="empty">{t("redemptions.none")}</p>}
      {shown?.map((one) => (
        <Redeemed key={one.id} one={one} now={now} back={search.get("paid") === String(one.id)} />
      ))}
      {found.hasNextPage && (
        <Button block loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("state.more")}
        </Button>
      )}
    </>
  );
}

function Redeemed({ one, now, back }: { one: Schema<"OwnRedemption">; now: number; back: boolean }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const price = usePrice();
  return (
    <article className="card">
      <h2 className="title">
        <span>
          {one.name} {one.pieces > 1 && t("redemptions.pieces", { count: one.pieces })}
        </span>
        <span className="quiet">{one.coupon && one.state === "placed" ? t("redemptions.ready") : t(`redemptions.state.${one.state}`)}</span>
      </h2>
      <p>{price(one.points, one.cash_fen)}</p>
      <p className="quiet">{moment(one.at)}</p>
      {one.cash_fen > 0 && <Pay one={one} now={now} back={back} />}
    </article>
  );
}

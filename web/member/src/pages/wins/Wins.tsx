import { answered, api } from "@siyu/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useFormats } from "../../app/format";
import { Failed } from "../../parts/Failed";
import { Waiting } from "../../parts/Waiting";

export function Wins() {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const found = useInfiniteQuery({
    queryKey: ["wins"],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => answered(api.GET("/member/v1/wins", { params: { query: pageParam ? { before: pageParam } : {} } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const shown = found.data?.pages.flatMap((page) => page.wins);
  return (
    <section className="card">
      <h1 className="title">
        {t("draw.wins")}
        <Link to="/draw">{t("draw.title")}</Link>
      </h1>
      {found.isError && <Failed problem={found.error} again={found.refetch} />}
      {found.isPending && <Waiting heights={[68, 68, 68]} />}
      {shown?.length === 0 && <p className="empty">{t("draw.noWins")}</p>}
      <ul>
        {shown?.map((one) => (
          <li className="line" key={one.id}>
            <span>
              <strong>{one.name}</strong>
              <br />
              <span className="quiet">
                {moment(one.at)} · {t("draw.turn", { count: one.nonce + 1, number: one.number })}
              </span>
            </span>
            <span className="quiet">{t(!one.thing ? "draw.given" : one.handed_out_at ? "draw.handedOut" : "draw.toHandOut")}</span>
          </li>
        ))}
      </ul>
      {found.hasNextPage && (
        <Button block loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("state.more")}
        </Button>
      )}
    </section>
  );
}

import { answered, api, type Schema } from "@siyu/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";
import { Failed } from "../../parts/Failed";
import { Queried } from "../../parts/Queried";
import { Waiting } from "../../parts/Waiting";

export function Points() {
  const { t } = useTranslation();
  const { number } = useFormats();
  const why = useQuery({ queryKey: ["points"], queryFn: () => answered(api.GET("/member/v1/points")) });
  return (
    <>
      <Queried of={why} heights={[120, 160]}>
        {({ points, lots }) => (
          <>
            <section className="card card-brand">
              <h1>{t("points.title")}</h1>
              <p className="number">{number(points.available)}</p>
              <p className="quiet">
                {points.pending > 0 && `${t("points.pending")} ${number(points.pending)} `}
                {points.owed > 0 && `${t("points.owed")} ${number(points.owed)}`}
              </p>
            </section>
            {lots.length > 0 && (
              <section className="card">
                <h2 className="title">{t("points.lots")}</h2>
                <ul>
                  {lots.map((lot, place) => (
                    <Lot key={place} lot={lot} />
                  ))}
                </ul>
              </section>
            )}
          </>
        )}
      </Queried>
      <Entries />
    </>
  );
}

function Lot({ lot }: { lot: Schema<"PointsLot"> }) {
  const { t } = useTranslation();
  const { number, day } = useFormats();
  return (
    <li className="line">
      <span>
        {t(`points.what.${lot.what}`)} {lot.name}
        <br />
        <span className="quiet">
          {lot.available_from && new Date(lot.available_from) > new Date() && `${t("points.from", { date: day(lot.available_from) })} `}
          {lot.expires_at ? t("points.until", { date: day(lot.expires_at) }) : t("points.forever")}
        </span>
      </span>
      <span>{t("points.left", { amount: number(lot.remaining) })}</span>
    </li>
  );
}

function Entries() {
  const { t } = useTranslation();
  const { number, moment } = useFormats();
  const entries = useInfiniteQuery({
    queryKey: ["entries"],
    initialPageParam: "",
    queryFn: ({ pageParam }) => answered(api.GET("/member/v1/points/entries", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const shown = entries.data?.pages.flatMap((page) => page.entries);
  return (
    <section className="card">
      <h2 className="title">{t("points.entries")}</h2>
      {entries.isError && <Failed problem={entries.error} again={entries.refetch} />}
      {entries.isPending && <Waiting heights={[52, 52, 52]} />}
      {shown?.length === 0 && <p className="empty">{t("points.noEntries")}</p>}
      <ul>
        {shown?.map((entry, place) => (
          <li className="line" key={place}>
            <span>
              {t(`points.what.${entry.what}`)} {entry.name}
              <br />
              <span className="quiet">{moment(entry.at)}</span>
            </span>
            <span>
              <span className={entry.amount > 0 ? "plus" : "minus"}>{`${entry.amount > 0 ? "+" : ""}${number(entry.amount)}`}</span>
              <br />
              <span className="quiet">{entry.balance !== null && t("points.balance", { amount: number(entry.balance) })}</span>
            </span>
          </li>
        ))}
      </ul>
      {entries.hasNextPage && (
        <Button block loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
          {t("state.more")}
        </Button>
      )}
    </section>
  );
}

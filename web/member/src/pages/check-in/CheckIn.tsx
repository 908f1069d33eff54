import { answered, api, type Schema } from "@siyu/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Button from "antd-mobile/es/components/button";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import "./calendar.css";
import { brand } from "../../app/brand";
import { useHome, usePress } from "../../app/queries";
import { Done } from "../../parts/Done";
import { Failed } from "../../parts/Failed";
import { Queried } from "../../parts/Queried";
import { useRewards } from "../../parts/rewards";
import { useCheckIn } from "./checkIn";
import { monthIn, moved, weeksOf, type Month } from "./month";

type OwnMonth = Schema<"OwnMonth">;

function useMonth(shown: Month) {
  return useQuery({
    queryKey: ["month", shown],
    queryFn: () => answered(api.GET("/member/v1/check_in", { params: { query: { year: shown.year, month: shown.month } } })),
    placeholderData: keepPreviousData,
  });
}

export function CheckIn() {
  const { t } = useTranslation();
  const home = useHome();
  if (home.data && !home.data.check_in) return <p className="empty">{t("checkIn.none")}</p>;
  return <Open />;
}

function Open() {
  const { t } = useTranslation();
  const [asked, ask] = useState<Month | null>(null);
  const shown = asked ?? monthIn(brand.zone, new Date());
  const month = useMonth(shown);
  const checkIn = useCheckIn();
  const makeUp = usePress((day: string, key) =>
    answered(api.POST("/member/v1/check_in/make_up", { params: { header: { "Idempotency-Key": key } }, body: { day } })),
  );
  return (
    <Queried of={month} heights={[140, 400, 120]}>
      {(found) => {
        const today = found.days.some((day) => day.day === found.today);
        return (
          <>
            <section className="card">
              <h1 className="title">{t("checkIn.title")}</h1>
              <p>{t("checkIn.streak", { count: found.streak })}</p>
              <Button block color="primary" disabled={today && !asked} loading={checkIn.press.isPending} onClick={() => checkIn.press.mutate(undefined)}>
                {t(today && !asked ? "checkIn.done" : "checkIn.button")}
              </Button>
              <Done said={makeUp.data ? t("checkIn.madeUp", { day: makeUp.data.day }) : checkIn.said} />
              <Failed problem={checkIn.press.error ?? makeUp.error} />
            </section>
            <section className="card">
              <div className="title">
                <button type="button" className="plain" onClick={() => ask(moved(shown, -1))}>
                  {t("checkIn.previous")}
                </button>
                <h2>{t("checkIn.month", { ...shown, month: String(shown.month).padStart(2, "0") })}</h2>
                <button type="button" className="plain" onClick={() => ask(moved(shown, 1))}>
                  {t("checkIn.next")}
                </button>
              </div>
              <Calendar month={found} shown={shown} press={(day) => makeUp.mutate(day)} />
              {found.cards > 0 && (
                <p className="quiet">
                  {t("checkIn.cards", { count: found.cards })} {t("checkIn.makeUpHint")}
                </p>
              )}
            </section>
            <Given month={found} />
          </>
        );
      }}
    </Queried>
  );
}

function Calendar({ month, shown, press }: { month: OwnMonth; shown: Month; press: (day: string) => void }) {
  const { t } = useTranslation();
  const days = new Map(month.days.map((day) => [day.day, day]));
  const cell = (day: string) => {
    const there = days.get(day);
    const number = Number(day.slice(8));
    const today = day === month.today ? " today" : "";
    if (there) {
      const word = t(there.made_up ? "checkIn.made" : "checkIn.signed");
      return (
        <span className={(there.made_up ? "made" : "signed") + today}>
          {number}
          <span className="hidden">{word}</span>
        </span>
      );
    }
    const missed = day < month.today && month.make_up_from != null && day >= month.make_up_from && month.cards > 0;
    if (missed) {
      return (
        <button type="button" onClick={() => press(day)}>
          {number}
          <span className="hidden">{t("checkIn.makeUp", { day })}</span>
        </button>
      );
    }
    return <span className={today.trim() || undefined}>{number}</span>;
  };
  return (
    <table className="calendar">
      <thead>
        <tr>
          {t("checkIn.week", { returnObjects: true }).map((day) => (
            <th key={day} scope="col">
              {day}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(shown).map((week, place) => (
          <tr key={place}>
            {week.map((day, column) => (
              <td key={column}>{day && cell(day)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Given({ month }: { month: OwnMonth }) {
  const { t } = useTranslation();
  const rewards = useRewards();
  return (
    <section className="card">
      <h2 className="title">{t("checkIn.rules")}</h2>
      <ul>
        {month.daily.length > 0 && (
          <li className="line">
            <span>{t("checkIn.daily")}</span>
            <span>{rewards(month.daily)}</span>
          </li>
        )}
        {month.streaks.map((streak) => (
          <li className="line" key={streak.days}>
            <span>{t("checkIn.days", { count: streak.days })}</span>
            <span>{rewards(streak.rewards)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

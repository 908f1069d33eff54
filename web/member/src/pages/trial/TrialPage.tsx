import { answered, api, type Schema } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useFormats } from "../../app/format";
import { useServerTime } from "../../parts/clock";
import { Queried } from "../../parts/Queried";
import { useRemaining } from "../../parts/remaining";
import { owesReport, trialStands } from "../trials/stands";
import { Apply } from "./Apply";
import { Own } from "./Own";
import { Report } from "./Report";

type Trial = Schema<"OwnTrial">;

/** One trial: what it is, applying for it, how far one is, and the report. */
export function TrialPage() {
  const { t } = useTranslation();
  const id = Number(useParams()["id"]) || 0;
  const found = useQuery({
    queryKey: ["trials", id],
    queryFn: () => answered(api.GET("/member/v1/trials/{trial_id}", { params: { path: { trial_id: id } } })),
  });
  const now = useServerTime(found);
  return (
    <>
      <Queried of={found} heights={[280, 160]}>
        {({ trial, points }) => (
          <>
            <About trial={trial} now={now} />
            {trial.own && <Own one={trial.own} trial={trial} />}
            {owesReport(trial.own, now) && <Report trial={trial} />}
            {(!trial.own || trial.own.state === "withdrawn") && <Apply trial={trial} points={points} stands={trialStands(trial, now)} />}
          </>
        )}
      </Queried>
      <p>
        <Link to="/trials">{t("trials.back")}</Link>
      </p>
    </>
  );
}

function About({ trial, now }: { trial: Trial; now: number }) {
  const { t } = useTranslation();
  const { number, money, moment } = useFormats();
  const remaining = useRemaining();
  const stands = trialStands(trial, now);
  const earns = [trial.reward_points > 0 && t("shop.points", { points: number(trial.reward_points) }), trial.reward_coupon && t("trials.coupon")];
  return (
    <section className="card">
      <h1 className="title">{trial.name}</h1>
      {trial.about && <p className="said">{trial.about}</p>}
      <p className="offer-time" role="timer">
        {stands === "soon" && t("shop.begins", { time: remaining(trial.opens_at, now) })}
        {stands === "open" && t("trials.closes", { time: remaining(trial.closes_at, now) })}
      </p>
      <ul className="quiet">
        <li>
          {t("trials.pieces", { count: trial.pieces })} · {t("trials.applied", { count: trial.applied })}
        </li>
        {trial.worth_fen > 0 && <li>{t("trials.worth", { money: money(trial.worth_fen) })}</li>}
        <li>{trial.points > 0 ? t("trials.costsWhat", { points: number(trial.points) }) : t("trials.free")}</li>
        {trial.tiers.length > 0 && <li>{t("shop.tiers", { tiers: trial.tiers.join("、") })}</li>}
        <li>{t("trials.window", { from: moment(trial.opens_at), until: moment(trial.closes_at) })}</li>
        <li>{t("trials.chosenBy", { time: moment(trial.chosen_by) })}</li>
        <li>{t("trials.reportBy", { time: moment(trial.reports_until) })}</li>
        <li>{t("trials.earns", { what: earns.filter(Boolean).join(" + ") })}</li>
        {trial.barred_days > 0 && <li>{t("trials.barredWhat", { count: trial.barred_days })}</li>}
      </ul>
      {trial.round_id !== null && (
        <p className="quiet">
          {t("trials.drawn")} <a href={`/draw/${trial.round_id}`}>{t("draw.published")}</a> · <a href={`/draw/${trial.round_id}/entrants`}>{t("trials.entrants")}</a>
        </p>
      )}
    </section>
  );
}

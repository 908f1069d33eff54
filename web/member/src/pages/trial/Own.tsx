import { answered, api, type Schema } from "@siyu/api";
import Button from "antd-mobile/es/components/button";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../app/format";
import { usePress } from "../../app/queries";
import { Failed } from "../../parts/Failed";

type Application = Schema<"OwnApplication">;

/** How far one's own application is, and what was written. */
export function Own({ one, trial }: { one: Application; trial: Schema<"OwnTrial"> }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const waits = one.state === "sent" || one.state === "sent_back";
  return (
    <section className="card" aria-labelledby="own">
      <h2 id="own" className="title">
        <span>{t("trials.own")}</span>
        <span role="status">{t(`trials.state.${one.state}`)}</span>
      </h2>
      <p className="quiet">
        {t("trials.number", { id: one.id })} · {moment(one.applied_at)}
      </p>
      <p className="said">{one.text}</p>
      {trial.questions.map((question, place) => (
        <p key={question} className="quiet">
          {question} {one.answers[place]}
        </p>
      ))}
      {one.parcel && <p className="quiet">{t("trials.parcel", { parcel: one.parcel })}</p>}
      {waits && one.due_at && <p className="notice">{t("trials.due", { time: moment(one.due_at) })}</p>}
      {one.state === "sent_back" && one.note && <p className="notice">{t("trials.note", { note: one.note })}</p>}
      {one.stars !== null && (
        <p>
          {t("trials.ofFive", { stars: one.stars })} <span className="said">{one.report}</span>
        </p>
      )}
      {one.state === "missed" && one.barred_until && <p className="notice">{t("trials.barredUntil", { time: moment(one.barred_until) })}</p>}
      {one.state === "applied" && <Withdraw trial={trial} />}
    </section>
  );
}

function Withdraw({ trial }: { trial: Schema<"OwnTrial"> }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const withdraw = usePress((_: undefined, key) =>
    answered(api.POST("/member/v1/trials/{trial_id}/withdraw", { params: { path: { trial_id: trial.id }, header: { "Idempotency-Key": key } } })),
  );
  return (
    <>
      {asked ? (
        <div className="notice" role="group" aria-label={t("trials.withdrawSure")}>
          <p>{t("trials.withdrawSure")}</p>
          <div className="row">
            <Button onClick={() => setAsked(false)}>{t("state.cancel")}</Button>
            <Button color="primary" loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>
              {t("state.confirm")}
            </Button>
          </div>
        </div>
      ) : (
        <Button block onClick={() => setAsked(true)}>
          {t("trials.withdraw")}
        </Button>
      )}
      <Failed problem={withdraw.error} />
    </>
  );
}

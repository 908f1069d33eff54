import { answered, api, type Schema } from "@siyu/api";
import Button from "antd-mobile/es/components/button";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { usePress } from "../../app/queries";
import { Failed } from "../../parts/Failed";
import "./report.css";

const STARS = [1, 2, 3, 4, 5] as const;

/** Stars and words on what was tried; what was sent back begins with what was written. */
export function Report({ trial }: { trial: Schema<"OwnTrial"> }) {
  const { t } = useTranslation();
  const [stars, setStars] = useState(trial.own?.stars ?? 0);
  const [text, setText] = useState(trial.own?.report ?? "");
  const [wrong, setWrong] = useState(false);
  const report = usePress((given: { stars: number; text: string }, key) =>
    answered(api.POST("/member/v1/trials/{trial_id}/report", { params: { path: { trial_id: trial.id }, header: { "Idempotency-Key": key } }, body: given })),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const short = stars === 0 || text.trim().length < trial.least_words;
    setWrong(short);
    if (!short) report.mutate({ stars, text });
  };
  return (
    <form className="card" onSubmit={submit} noValidate>
      <h2 className="title">{t("trials.report")}</h2>
      <fieldset className="stars">
        <legend>{t("trials.stars")}</legend>
        {STARS.map((star) => (
          <label key={star}>
            <input type="radio" name="stars" className="hidden" checked={stars === star} onChange={() => setStars(star)} />
            <span className="hidden">{t("trials.ofFive", { stars: star })}</span>
            <span aria-hidden="true" className={star <= stars ? "star star-on" : "star"}>
              ★
            </span>
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span>{t("trials.words", { count: trial.least_words })}</span>
        <textarea rows={5} maxLength={5000} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <Button block color="primary" type="submit" loading={report.isPending}>
        {t("trials.submit")}
      </Button>
      {wrong && (
        <p className="notice" role="alert">
          {t("trials.tooShort", { count: trial.least_words })}
        </p>
      )}
      <Failed problem={report.error} />
    </form>
  );
}

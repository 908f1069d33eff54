import { answered, api, type Schema } from "@siyu/api";
import Button from "antd-mobile/es/components/button";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { usePress } from "../../app/queries";
import { Failed } from "../../parts/Failed";

interface Props {
  trial: Schema<"OwnTrial">;
  points: number;
  stands: Schema<"OwnTrial">["stands"];
}

/** Why they, and the questions of the trial. */
export function Apply({ trial, points, stands }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [answers, setAnswers] = useState<string[]>(() => trial.questions.map(() => ""));
  const [wrong, setWrong] = useState(false);
  const apply = usePress((given: { text: string; answers: string[] }, key) =>
    answered(api.POST("/member/v1/trials/{trial_id}/apply", { params: { path: { trial_id: trial.id }, header: { "Idempotency-Key": key } }, body: given })),
  );
  const missing = Math.max(0, trial.points - points);
  if (stands !== "open" || missing > 0) {
    const word = stands === "open" ? t("shop.missing", { count: missing }) : t(`trials.stands.${stands}`);
    return (
      <Button block disabled>
        {word}
      </Button>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const empty = [text, ...answers].some((said) => said.trim() === "");
    setWrong(empty);
    if (!empty) apply.mutate({ text, answers });
  };
  return (
    <form className="card" onSubmit={submit} noValidate>
      <h2 className="title">{t("trials.apply")}</h2>
      <label className="field">
        <span>{t("trials.why")}</span>
        <textarea rows={3} maxLength={1000} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      {trial.questions.map((question, place) => (
        <label className="field" key={question}>
          <span>{question}</span>
          <input type="text" maxLength={500} value={answers[place]} onChange={(event) => setAnswers(answers.map((said, other) => (other === place ? event.target.value : said)))} />
        </label>
      ))}
      <Button block color="primary" type="submit" loading={apply.isPending}>
        {trial.points > 0 ? t("trials.applyFor", { count: trial.points }) : t("trials.apply")}
      </Button>
      {wrong && (
        <p className="notice" role="alert">
          {t("trials.incomplete")}
        </p>
      )}
      <Failed problem={apply.error} />
    </form>
  );
}

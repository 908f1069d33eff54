import { Money, Share, StatCard, Count, useLanguage } from "@siyu/kit";
import { Typography } from "antd";
import { useTranslation } from "react-i18next";

import { BOARD, delta, isRate, said, type BoardName, type Figure, type Overview } from "./figures";

/** RARRA: retention first, acquisition last. */
export function Board({ board, days }: { board: Overview["rarra"]; days: number }) {
  const { t } = useTranslation("overview");
  return (
    <section aria-labelledby="rarra">
      <Typography.Title id="rarra" level={2} style={{ fontSize: 16, margin: "0 0 8px" }}>
        {t("rarra.title")}
      </Typography.Title>
      <div style={{ display: "grid", gap: 12, gridTemplateColumns: "repeat(auto-fit, minmax(150px, 1fr))" }}>
        {BOARD.map((name) => (
          <One key={name} name={name} figure={board[name]} days={days} />
        ))}
      </div>
    </section>
  );
}

function One({ name, figure, days }: { name: BoardName; figure: Figure; days: number }) {
  const { t } = useTranslation("overview");
  const language = useLanguage();
  const rate = isRate(figure);
  const value = rate ? said(figure.value, figure.of) : figure.value;
  const before = rate ? said(figure.before, figure.of_before) : figure.before;
  const reason = language === "zh" ? figure.reason_zh : figure.reason;
  const what = (
    <>
      {t(`rarra.${name}What`, { days: String(days) })}
      {rate && figure.of !== null && <div>{t("rarra.parts", { value: String(figure.value ?? 0), of: String(figure.of) })}</div>}
    </>
  );
  return (
    <StatCard
      label={t(`rarra.${name}`)}
      value={value === null ? <Typography.Text type="secondary" style={{ fontSize: 13, display: "block" }}>{reason ?? t("rarra.unknown")}</Typography.Text> : rate ? <Share value={value} /> : figure.unit === "fen" ? <Money fen={value} short /> : <Count value={value} />}
      what={what}
      delta={delta(value, before, name === "retention" ? t("rarra.before90") : t("rarra.before", { days: String(days) }))}
      to={figure.people && value !== null ? `?people=${name}&days=${days}` : undefined}
    />
  );
}

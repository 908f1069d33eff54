import { useFormat } from "@siyu/kit";
import { theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import type { Outcome } from "./Report";
import { places } from "./scale";

const WIDTH = 230;

/** An interval as a line around zero, its ends in figures. */
export function Forest({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation("journeys");
  const { token } = theme.useToken();
  const { money, share } = useFormat();
  const { low, high, difference } = outcome;
  if (low == null || high == null) return <Typography.Text type="secondary">{t("lift.noLine")}</Typography.Text>;
  const at = places(low, high, difference, WIDTH);
  const written = (value: number): string => (outcome.outcome === "money" || outcome.outcome === "predicted" ? money(Math.round(value)) : share(value, 2));
  const colour = outcome.verdict === "more" ? token.colorSuccess : outcome.verdict === "less" ? token.colorError : token.colorTextSecondary;
  return (
    <figure style={{ margin: 0 }}>
      <svg width={WIDTH} height={22} role="img" aria-label={`${t(`lift.outcome.${outcome.outcome}`)}: ${written(low)} – ${written(high)}`}>
        <line x1={at.zero} x2={at.zero} y1={0} y2={22} stroke={token.colorTextTertiary} strokeDasharray="3 3" />
        <line x1={at.low} x2={at.high} y1={11} y2={11} stroke={colour} strokeWidth={2} />
        <line x1={at.low} x2={at.low} y1={6} y2={16} stroke={colour} strokeWidth={2} />
        <line x1={at.high} x2={at.high} y1={6} y2={16} stroke={colour} strokeWidth={2} />
        <rect x={at.middle - 4} y={7} width={8} height={8} fill={colour} />
      </svg>
      <figcaption style={{ fontSize: 12, color: token.colorTextSecondary }}>
        {written(low)} – {written(high)}
      </figcaption>
    </figure>
  );
}

import type { Schema } from "@siyu/api";
import { Empty, Money, Share, useFormat } from "@siyu/kit";
import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { Figure } from "./Worth";

const MODELS: Record<string, string> = { bgnbd: "BG/NBD", pareto_nbd: "Pareto/NBD" };

/** What insight expects of somebody, and what it is told from. */
export function Future({ prediction }: { prediction: Schema<"Prediction"> | null }) {
  const { t } = useTranslation("customers");
  const { count } = useFormat();
  if (!prediction) return <Empty title={t("future.none")} />;
  const because =
    prediction.bought > 1
      ? t("future.because", { days: count(prediction.days_since_first), bought: count(prediction.bought), ago: count(prediction.days_since_last) })
      : t("future.once", { days: count(prediction.days_since_first) });
  return (
    <Flex vertical gap="middle">
      <Flex gap={32} wrap>
        <Figure label={t("future.value", { months: String(prediction.months) })} what={t("future.valueWhat", { day: prediction.as_of })}>
          <Money fen={prediction.value_fen} />
        </Figure>
        <Figure label={t("future.alive")}>
          <Share value={prediction.p_alive} />
        </Figure>
        <Figure label={t("future.purchases")}>{count(Math.round(prediction.purchases * 10) / 10)}</Figure>
        <Figure label={t("future.spend")}>
          <Money fen={prediction.spend_fen} />
        </Figure>
      </Flex>
      <Typography.Text>{because}</Typography.Text>
      <Typography.Text type="secondary">
        {t("future.model", { model: MODELS[prediction.model] ?? prediction.model, day: prediction.as_of })}
      </Typography.Text>
    </Flex>
  );
}

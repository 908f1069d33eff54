import type { Schema } from "@siyu/api";
import { Count, Money, StatCard, useLanguage } from "@siyu/kit";
import { Card, Col, Flex, Row, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { History } from "../insight/ltv/History";
import { useLifetime } from "../insight/ltv/Model";
import { delta } from "./figures";

/** LTV of the base: so far, and expected; how it moved. */
export function NorthStar({ star }: { star: Schema<"NorthStar"> }) {
  const { t } = useTranslation("overview");
  const { token } = theme.useToken();
  const { now, days_30, days_90, predicted } = star;
  const lifetime = useLifetime();
  const points = lifetime.data?.history ?? [];
  return (
    <section aria-labelledby="north-star">
      <Card size="small" style={{ borderInlineStart: `4px solid ${token.colorPrimary}` }}>
        <Flex justify="space-between" align="baseline" wrap gap="small" style={{ marginBottom: 12 }}>
          <Typography.Title id="north-star" level={2} style={{ fontSize: 16, margin: 0 }}>
            {t("star.title")}
          </Typography.Title>
          <Link to="/insight/ltv">{t("star.more")}</Link>
        </Flex>
        <Row gutter={[12, 12]}>
          <Col xs={24} md={12} xl={6}>
            <StatCard label={t("star.net")} value={<Money fen={now.net_fen} short />} what={t("star.netWhat")} delta={delta(now.net_fen, days_30.net_fen, t("star.ago30"))} to="?people=base" />
          </Col>
          <Col xs={24} md={12} xl={6}>
            <StatCard label={t("star.mean")} value={<Money fen={now.mean_fen} />} what={t("star.meanWhat")} delta={delta(now.mean_fen, days_30.mean_fen, t("star.ago30"))} to="?people=base" />
          </Col>
          <Col xs={24} md={12} xl={6}>
            <StatCard label={t("star.buyers")} value={<Count value={now.customers} />} what={t("star.buyersWhat")} delta={delta(now.customers, days_90.customers, t("star.ago90"))} to="?people=base" />
          </Col>
          <Col xs={24} md={12} xl={6}>
            {predicted ? (
              <StatCard
                label={t("star.predicted", { months: String(predicted.months) })}
                value={<Money fen={predicted.net_fen} short />}
                what={t("star.predictedWhat", { months: String(predicted.months), day: predicted.as_of })}
                to="?people=base"
              />
            ) : (
              <NoPrediction state={lifetime.data} />
            )}
          </Col>
        </Row>
        {points.length > 1 && (
          <div style={{ marginTop: 12 }}>
            <History points={points} height={200} />
          </div>
        )}
      </Card>
    </section>
  );
}

/** Why there is none, in the card where it would be. */
function NoPrediction({ state }: { state: Schema<"LifetimeState"> | undefined }) {
  const { t } = useTranslation("overview");
  const language = useLanguage();
  const reason = state && (language === "zh" ? state.reason_zh : state.reason);
  return (
    <Card size="small" style={{ height: "100%" }} role="group" aria-label={t("star.noPrediction")}>
      <Typography.Text type="secondary">{t("star.predicted", { months: "12" })}</Typography.Text>
      <div>
        <Typography.Text strong>{t("star.noPrediction")}</Typography.Text>
      </div>
      <Typography.Paragraph type="secondary" style={{ marginBottom: 4 }}>
        {reason || t("star.notYet")}
      </Typography.Paragraph>
      <Link to="/insight/ltv?tab=model">{t("star.toModel")}</Link>
    </Card>
  );
}

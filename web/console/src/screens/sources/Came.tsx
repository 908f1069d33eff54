import { Count, StatCard, When } from "@siyu/kit";
import { Col, Row } from "antd";
import { useTranslation } from "react-i18next";

import { pace, useArrivals } from "./useArrivals";

/** When the last message of a source came, how many come now, how many came today. */
export function Came({ source }: { source: number }) {
  const { t } = useTranslation("sources");
  const arrivals = useArrivals();
  const came = arrivals?.get(source);
  const loading = arrivals === undefined;
  const cards = [
    { label: t("came.last"), what: t("came.lastWhat"), value: came ? <When at={came.last_at} ago /> : t("came.never") },
    { label: t("came.rate"), what: t("came.rateWhat"), value: <Count value={pace(came?.per_minute ?? 0)} />, normal: t("came.rateNormal") },
    { label: t("came.today"), what: t("came.todayWhat"), value: <Count value={came?.today ?? 0} /> },
  ];
  return (
    <Row gutter={[16, 16]} style={{ marginBottom: 16 }}>
      {cards.map((card) => (
        <Col key={card.label} xs={24} sm={8}>
          <StatCard {...card} loading={loading} />
        </Col>
      ))}
    </Row>
  );
}

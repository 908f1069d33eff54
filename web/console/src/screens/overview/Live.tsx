import { PauseCircleOutlined, PlayCircleOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, Empty, Money, useLanguage, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Badge, Button, Card, Flex, Table, Tooltip, Typography, type TableProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useNames } from "../customers/names";
import { useLive, type Connection, type LiveFact } from "./live";

const STATUS = { connecting: "processing", open: "success", lost: "error", paused: "default" } as const satisfies Record<Connection, string>;

/** What customers do right now, as it is understood. */
export function Live() {
  const { t } = useTranslation("overview");
  const [paused, setPaused] = useState(false);
  const { facts, skipped, connection } = useLive(paused);
  return (
    <section aria-labelledby="live">
      <Card
        size="small"
        title={
          <Flex gap="middle" align="baseline" wrap>
            <Typography.Title id="live" level={2} style={{ fontSize: 16, margin: 0 }}>
              {t("live.title")}
            </Typography.Title>
            <Badge status={STATUS[connection]} text={t(`live.${connection}`)} />
            <Today />
          </Flex>
        }
        extra={
          <Tooltip title={t("live.tip")}>
            <Button icon={paused ? <PlayCircleOutlined /> : <PauseCircleOutlined />} aria-pressed={paused} onClick={() => setPaused(!paused)}>
              {t(paused ? "live.go" : "live.pause")}
            </Button>
          </Tooltip>
        }
      >
        {facts.length === 0 ? <Empty title={t("live.none")} /> : <Facts facts={facts} />}
        {skipped > 0 && <Typography.Text type="secondary">{t("live.skipped", { count: skipped })}</Typography.Text>}
      </Card>
    </section>
  );
}

/** Paid orders of today, in the brand's days. */
function Today() {
  const { t } = useTranslation("overview");
  const query = useQuery({
    queryKey: ["insight", "days", "order.paid"],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/facts-by-day", { signal, params: { query: { kind: "order.paid" } } })),
  });
  const table = query.data;
  if (!table) return null;
  const today = table.days.find((day) => day.day === table.last);
  return (
    <Typography.Text type="secondary" style={{ fontWeight: "normal" }}>
      {t("live.today")}{" "}
      <Link to={`/customers?last_order_from=${table.last}&sort=-last_order`} style={{ textDecoration: "underline" }}>
        <Count value={today?.facts ?? 0} /> {t("live.orders")}
      </Link> · <Money fen={today?.amount_fen ?? 0} short />
    </Typography.Text>
  );
}

function Facts({ facts }: { facts: readonly LiveFact[] }) {
  const { t } = useTranslation("overview");
  const kind = useKind();
  const columns: TableProps<LiveFact>["columns"] = [
    { title: t("live.at"), width: 130, render: (_, fact) => <When at={fact.occurred_at} ago /> },
    {
      title: t("live.what"),
      render: (_, fact) => (
        <>
          {kind(fact.kind)}
          {fact.name && fact.name !== fact.kind && <Typography.Text type="secondary"> · {fact.name}</Typography.Text>}
        </>
      ),
    },
    { title: t("live.customer"), width: 150, render: (_, fact) => (fact.customer_id ? <Link to={`/customers/${fact.customer_id}`}>#{fact.customer_id}</Link> : t("live.nobody")) },
    { title: t("live.amount"), width: 140, align: "right", render: (_, fact) => (fact.amount_fen ? <Money fen={fact.amount_fen} /> : "") },
  ];
  return <Table<LiveFact> aria-label={t("live.title")} size="small" rowKey="fact_id" pagination={false} columns={columns} dataSource={[...facts]} scroll={{ y: 320 }} />;
}

function useKind(): (kind: string) => string {
  const language = useLanguage();
  const names = useNames();
  const schema = useQuery({
    queryKey: ["insight", "schema"],
    staleTime: 5 * 60_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/schema", { signal })),
  });
  return (name) => {
    const kind = schema.data?.kinds.find((one) => one.name === name);
    return kind && language === "zh" ? kind.zh : names.kind(name);
  };
}

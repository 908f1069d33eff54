import { CheckCircleOutlined, StopOutlined } from "@ant-design/icons";
import type { Schema } from "@siyu/api";
import { Empty, useFormat } from "@siyu/kit";
import { Flex, Table, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useNames, useSourceOf } from "./names";

type Consent = Schema<"siyu__customers__types__Consent">;
const PURPOSES = ["service", "transactional", "marketing"] as const;

/** What somebody agreed to: a line a channel, a column a purpose. */
export function Consents({ consents }: { consents: readonly Consent[] }) {
  const { t } = useTranslation("customers");
  const names = useNames();
  if (consents.length === 0) return <Empty title={t("consent.none")} />;
  const channels = [...new Set(consents.map((one) => one.channel))].sort((a, b) => Number(b === "all") - Number(a === "all") || a.localeCompare(b));
  return (
    <Table<{ channel: string }>
      aria-label={t("consent.title")}
      size="small"
      pagination={false}
      rowKey="channel"
      dataSource={channels.map((channel) => ({ channel }))}
      columns={[
        { key: "channel", title: t("consent.channel"), render: (_, row) => names.channel(row.channel) },
        ...PURPOSES.map((purpose) => ({
          key: purpose,
          title: t(`consent.purpose.${purpose}`),
          render: (_: unknown, row: { channel: string }) => (
            <One consent={consents.find((one) => one.channel === row.channel && one.purpose === purpose)} />
          ),
        })),
      ]}
    />
  );
}

function One({ consent }: { consent: Consent | undefined }) {
  const { t } = useTranslation("customers");
  const source = useSourceOf();
  const { when } = useFormat();
  if (!consent || consent.state === "unknown") return <Typography.Text type="secondary">{t("consent.unknown")}</Typography.Text>;
  const granted = consent.state === "granted";
  return (
    <Tooltip title={t("consent.since", { at: when(consent.since, "day"), source: source(consent.source) })}>
      <Flex gap={4} align="center" component="span" style={{ display: "inline-flex" }}>
        {granted ? <CheckCircleOutlined aria-hidden /> : <StopOutlined aria-hidden />}
        {t(granted ? "consent.granted" : "consent.denied")}
      </Flex>
    </Tooltip>
  );
}

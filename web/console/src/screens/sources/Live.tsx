import { PauseOutlined, PlayCircleOutlined } from "@ant-design/icons";
import { Empty, Money, useInAddress, useLanguage, When } from "@siyu/kit";
import { Alert, Badge, Button, Flex, Input, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { matches, type Shown } from "./stream";
import { useLive } from "./useLive";

const DOTS = { connecting: "processing", open: "success", closed: "error" } as const;
const LOOKS: Record<string, string | undefined> = { accepted: "success", duplicate: "default", dead_letter: "error", refused: "error", nothing_new: "default" };

/** Every message of a source as it comes, and what became of it. */
export function Live({ source }: { source: number }) {
  const { t } = useTranslation("sources");
  const [paused, setPaused] = useState(false);
  const [words, setWords] = useInAddress("q");
  const live = useLive(source, paused);
  const shown = live.messages.filter((each) => matches(each, words ?? ""));
  return (
    <Flex vertical gap="middle">
      <Flex justify="space-between" gap="middle" wrap align="center">
        <Flex gap="middle" align="center" wrap>
          <Badge status={DOTS[live.connection]} text={t(`live.states.${live.connection}`)} />
          <Typography.Text type="secondary">{t("live.what")}</Typography.Text>
        </Flex>
        <Flex gap="small">
          <Input allowClear aria-label={t("live.search")} placeholder={t("live.search")} value={words ?? ""} onChange={(event) => setWords(event.target.value || null, true)} style={{ width: 200 }} />
          <Button icon={paused ? <PlayCircleOutlined /> : <PauseOutlined />} aria-pressed={paused} onClick={() => setPaused(!paused)}>
            {t(paused ? "live.resume" : "live.pause")}
          </Button>
          <Button onClick={live.clear}>{t("live.clear")}</Button>
        </Flex>
      </Flex>
      {paused && <Alert type="info" title={t("live.paused", { count: live.held })} />}
      {live.skipped > 0 && <Alert type="warning" showIcon title={t("live.skipped", { count: live.skipped })} />}
      <Table<Shown>
        size="small"
        rowKey="key"
        aria-label={t("tabs.live")}
        aria-live="polite"
        dataSource={shown}
        pagination={false}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: <Empty title={t("live.waiting")} /> }}
        columns={[
          { key: "at", title: t("live.at"), width: 180, render: (_, row) => (row.at === null ? t("live.earlier") : <When at={row.at} precision="second" />) },
          { key: "result", title: t("live.result"), width: 110, render: (_, row) => <Outcome what={row.what} /> },
          {
            key: "message",
            title: t("live.message"),
            render: (_, row) => (
              <Flex vertical>
                {row.message_type && <strong>{row.message_type}</strong>}
                <Typography.Text type="secondary" ellipsis={{ tooltip: row.message_id }} style={{ maxWidth: 260, fontFamily: "ui-monospace, Consolas, monospace" }}>
                  {row.message_id}
                </Typography.Text>
              </Flex>
            ),
          },
          { key: "became", title: t("live.became"), render: (_, row) => <Became message={row} /> },
        ]}
      />
    </Flex>
  );
}

function Outcome({ what }: { what: string }) {
  const { t, i18n } = useTranslation("sources");
  const label = i18n.exists(`sources:live.outcomes.${what}`) ? t(`live.outcomes.${what}` as never) : what;
  return <Tag color={LOOKS[what]}>{label}</Tag>;
}

function Became({ message }: { message: Shown }) {
  const { t } = useTranslation("sources");
  const language = useLanguage();
  if (message.what === "duplicate" || message.what === "nothing_new") return <Typography.Text type="secondary">{t(`live.explained.${message.what}`)}</Typography.Text>;
  if (message.reason !== undefined) {
    const stage = message.stage === "door" || message.stage === "pipeline" ? `${t(`live.stages.${message.stage}`)}: ` : "";
    return (
      <span>
        {stage}
        {language === "zh" ? message.reason_zh : message.reason} <Typography.Text code>{message.code}</Typography.Text>
      </span>
    );
  }
  return (
    <Flex vertical gap={2}>
      {message.facts?.map((fact) => (
        <Flex key={fact.fact_id} gap="small" align="center" wrap>
          <Tag>{fact.kind}</Tag>
          {fact.name && <span>{fact.name}</span>}
          {fact.amount_fen ? <Money fen={fact.amount_fen} /> : null}
          <Link to={`/customers/${fact.customer_id}`}>{t("live.customer", { id: String(fact.customer_id) })}</Link>
        </Flex>
      ))}
    </Flex>
  );
}

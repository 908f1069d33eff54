import type { Schema } from "@siyu/api";
import { Count, Empty, Loaded, Sideways, useFormat, When } from "@siyu/kit";
import { Card, Flex, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useActorName } from "../../imports/names";
import { Heading } from "../rules/Versioned";
import { useRuns } from "./LedgerAlarm";

type Run = Schema<"VerificationRead">;

const NIGHTLY = "system:ledger.verify";

/** When the whole ledger was checked, and what was found. */
export function Runs() {
  const { t } = useTranslation("members");
  const actor = useActorName();
  const { count } = useFormat();
  const query = useRuns();
  const seconds = (run: Run): string => `${count(Math.round((Date.parse(run.ended_at) - Date.parse(run.began_at)) / 100) / 10)} s`;
  return (
    <Card size="small" title={<Heading>{t("ledger.runs")}</Heading>}>
      <p style={{ marginTop: 0 }}>{t("ledger.runsNormal")}</p>
      <Loaded query={query}>
        {(runs) =>
          runs.length === 0 ? (
            <Empty title={t("ledger.noRuns")} />
          ) : (
            <Sideways label={t("ledger.runs")}>
              <Table<Run>
                aria-label={t("ledger.runs")}
                size="small"
                rowKey="id"
                dataSource={runs}
                pagination={runs.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
                columns={[
                  { key: "at", title: t("ledger.ran"), render: (_, run) => <When at={run.ended_at} /> },
                  { key: "result", title: t("ledger.result"), render: (_, run) => <Result run={run} /> },
                  { key: "checked", title: t("ledger.checked"), align: "right", render: (_, run) => <Count value={run.transactions} /> },
                  { key: "block", title: t("ledger.block"), align: "right", render: (_, run) => <Count value={run.block} /> },
                  { key: "took", title: t("ledger.took"), align: "right", render: (_, run) => seconds(run) },
                  { key: "by", title: t("ledger.by"), render: (_, run) => (run.actor === NIGHTLY ? t("ledger.nightly") : actor(run.actor)) },
                ]}
              />
            </Sideways>
          )
        }
      </Loaded>
    </Card>
  );
}

function Result({ run }: { run: Run }) {
  const { t, i18n } = useTranslation("members");
  return (
    <Flex vertical gap={4} align="start">
      <Tag color={run.findings === 0 ? "success" : "error"}>{run.findings === 0 ? t("ledger.whole") : t("ledger.findings", { count: run.findings })}</Tag>
      {run.anchor !== null && <Typography.Text type="secondary">{t("ledger.anchored", { block: String(run.anchor) })}</Typography.Text>}
      {run.first.map((one, place) => (
        <Typography.Text key={place} type="danger">
          {i18n.language === "zh" ? one.zh : one.en}
        </Typography.Text>
      ))}
    </Flex>
  );
}

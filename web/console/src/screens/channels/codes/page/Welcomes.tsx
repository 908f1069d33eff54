import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, Empty, useFormat, useLanguage, type Column } from "@siyu/kit";
import { Badge, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { daysAgo, type Code } from "../codes";

type Outcome = Schema<"WelcomeOutcome">;
const DAYS = 30;
const DOTS = { sent: "success", already: "default", expired: "error", refused: "error", none: "default" } as const;

/** How welcomes ended, with the platform's reasons. */
export function Welcomes({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const language = useLanguage();
  const format = useFormat();
  const columns: Column<Outcome>[] = [
    { key: "outcome", title: t("welcomes.outcome"), render: (row) => <Badge status={DOTS[row.outcome]} text={t(`welcomes.outcomes.${row.outcome}`)} /> },
    { key: "welcomes", title: t("welcomes.count"), align: "right", render: (row) => <Count value={row.welcomes} /> },
    { key: "slowest", title: t("welcomes.slowest"), align: "right", render: (row) => (row.slowest_ms > 0 ? format.duration(row.slowest_ms / 1000) : "—") },
    { key: "reason", title: t("welcomes.reason"), render: (row) => (language === "zh" ? row.reason_zh : row.reason) || "—" },
  ];
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("welcomes.what", { days: String(DAYS) })}</Typography.Text>
      <DataTable
        name="channels.welcomes"
        title={t("codes.tabs.welcomes")}
        prefix="h_"
        columns={columns}
        rowKey={(row) => `${row.outcome} ${row.error}`}
        queryKey={["channels", "codes", code.id, "welcomes"]}
        empty={<Empty title={t(code.definition.greetings.length > 0 ? "welcomes.empty" : "welcomes.off")} />}
        load={async (_, signal) => ({ rows: await answered(api.GET("/api/v1/channels/codes/{code_id}/welcomes", { signal, params: { path: { code_id: code.id }, query: { from: daysAgo(DAYS) } } })), next: null })}
      />
    </Flex>
  );
}

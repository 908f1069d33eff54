import { answered, api, type Schema } from "@siyu/api";
import { DataTable, Empty, useLanguage, When, type Column } from "@siyu/kit";
import { Badge, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import type { Account } from "../accounts";
import { ContactLink } from "../contacts/ContactLink";
import { withWho, type Who } from "../contacts/who";
import { useGroupName, useStaffName } from "../mirrored";

type Row = Schema<"HandoverRead"> & { who?: Who };

const PAGE = 200; // of the API
const DOTS: Record<string, "processing" | "success" | "error" | "warning"> = { asked: "processing", sending: "processing", waiting: "processing", done: "success", refused: "error", limit: "warning", failed: "error" };

/** What was asked for, and what became of each. */
export function Outcomes({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const staffName = useStaffName(account.id);
  const groupName = useGroupName(account.id);
  const columns: Column<Row>[] = [
    { key: "subject", title: t("handovers.subject"), render: (row) => (row.kind === "group" ? groupName(row.subject_id) : <ContactLink who={row.who} id={row.subject_id} />) },
    { key: "kind", title: t("handovers.kind"), render: (row) => <Tag>{t(row.kind === "group" ? "groups.one" : "contacts.customer")}</Tag> },
    {
      key: "giver",
      title: t("handovers.giver"),
      render: (row) => (
        <Flex vertical>
          <span>{staffName(row.giver)}</span>
          <Typography.Text type="secondary">{t(row.giver_left ? "handovers.onLeaving" : "handovers.inService")}</Typography.Text>
        </Flex>
      ),
    },
    { key: "taker", title: t("handovers.taker"), render: (row) => staffName(row.taker) },
    { key: "state", title: t("handovers.state"), render: (row) => <State row={row} /> },
    { key: "asked", title: t("handovers.askedAt"), render: (row) => <When at={row.asked_at} /> },
    { key: "ended", title: t("handovers.endedAt"), optional: true, render: (row) => <When at={row.ended_at} /> },
    { key: "actor", title: t("handovers.by"), optional: true, render: (row) => row.actor },
  ];
  return (
    <DataTable<Row>
      name="channels.handovers"
      title={t("handovers.tabs.outcomes")}
      prefix="o_"
      columns={columns}
      rowKey={(row) => row.id}
      queryKey={["channels", "handovers", account.id, "outcomes"]}
      refresh={10_000}
      empty={<Empty title={t("handovers.empty")} />}
      load={async ({ cursor, limit }, signal) => {
        const before = Number(cursor) || undefined;
        const found = await answered(api.GET("/api/v1/channels/accounts/{account_id}/handovers", { signal, params: { path: { account_id: account.id }, query: { before } } }));
        const rows = found.slice(0, limit);
        const last = rows[rows.length - 1];
        const more = last !== undefined && (rows.length < found.length || found.length === PAGE);
        return { rows: await withWho(account.id, rows, (row) => row.subject_id, may, signal), next: more ? String(last.id) : null };
      }}
    />
  );
}

/** How far one is, and why not where it did not come about. */
function State({ row }: { row: Row }) {
  const { t, i18n } = useTranslation("channels");
  const language = useLanguage();
  const text = i18n.exists(`channels:handovers.states.${row.state}`) ? t(`handovers.states.${row.state}` as never) : row.state;
  const reason = language === "zh" ? row.reason_zh : row.reason;
  return (
    <Flex vertical style={{ maxWidth: 340, whiteSpace: "normal", overflowWrap: "anywhere" }}>
      <Badge status={DOTS[row.state] ?? "default"} text={text} />
      {reason && <Typography.Text type="secondary">{reason}</Typography.Text>}
    </Flex>
  );
}

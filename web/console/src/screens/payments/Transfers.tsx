import { answered, api, type Schema } from "@siyu/api";
import { DataTable, Empty, Money, Page, When, type Column, type Filter } from "@siyu/kit";
import { useQueryClient } from "@tanstack/react-query";
import { Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../app/session";
import { WithReason } from "../touch/WithReason";
import { PayMember } from "./PayMember";

type Transfer = Schema<"TransferRead">;
const STATES = ["new", "waiting", "moving", "done", "failed", "cancelled"] as const;
const COLOURS: Partial<Record<Transfer["state"], string>> = { done: "success", waiting: "warning", moving: "processing", failed: "error" };

/** Money for members, which each confirms in WeChat within a day. */
export function Transfers() {
  const { t } = useTranslation("payments");
  const may = useMay();
  const client = useQueryClient();
  const cancel = async (id: number, reason: string): Promise<void> => {
    await answered(api.POST("/api/v1/transfers/{transfer_id}/cancel", { params: { path: { transfer_id: id } }, body: { reason } }));
    await client.invalidateQueries({ queryKey: ["transfers"] });
  };
  const columns: Column<Transfer>[] = [
    { key: "number", title: t("number"), render: (row) => row.number },
    { key: "customer", title: t("customer"), render: (row) => <Link to={`/customers/${row.customer_id}`}>#{row.customer_id}</Link> },
    { key: "remark", title: t("remark"), render: (row) => row.remark },
    { key: "fen", title: t("fen"), align: "right", render: (row) => <Money fen={row.fen} /> },
    {
      key: "state",
      title: t("stateOf"),
      render: (row) => (
        <Flex vertical>
          <span>
            <Tag color={COLOURS[row.state]}>{t(`transferState.${row.state}`)}</Tag>
          </span>
          {row.failed_for && <Typography.Text type="secondary">{row.failed_for}</Typography.Text>}
        </Flex>
      ),
    },
    { key: "next", title: t("next"), render: (row) => <div style={{ maxWidth: 260, whiteSpace: "normal" }}>{t(`transferTodo.${row.state}`)}</div> },
    { key: "created", title: t("created"), render: (row) => <When at={row.created_at} /> },
    { key: "changed", title: t("changed"), optional: true, render: (row) => <When at={row.changed_at} /> },
    { key: "about", title: t("about"), optional: true, render: (row) => row.about },
    {
      key: "act",
      title: t("act"),
      render: (row) =>
        may("payments.reverse") && row.state === "waiting" ? (
          <WithReason size="small" danger label={t("cancel")} title={t("cancelTitle")} onDone={(reason) => cancel(row.id, reason)}>
            {t("cancelWhat")}
          </WithReason>
        ) : (
          "—"
        ),
    },
  ];
  const filters: Filter[] = [
    { kind: "choice", key: "state", label: t("stateOf"), choices: STATES.map((value) => ({ value, label: t(`transferState.${value}`) })) },
    { kind: "text", key: "customer", label: t("customerId"), width: 160 },
  ];
  return (
    <Page title={t("transfers")} what={t("transfersWhat")} actions={may("payments.pay") && <PayMember />}>
      <DataTable<Transfer>
        name="transfers"
        title={t("transfers")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={["transfers"]}
        refresh={15_000}
        empty={<Empty title={t("transfersNone")} />}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const most = Math.min(limit, 200);
          const query = { state: STATES.find((one) => one === wanted["state"]), customer_id: Number(wanted["customer"]?.replace(/^#/, "")) || undefined, before: Number(cursor) || undefined, limit: most };
          const rows = await answered(api.GET("/api/v1/transfers", { signal, params: { query } }));
          return { rows, next: rows.length === most ? String(rows.at(-1)?.id) : null };
        }}
      />
    </Page>
  );
}

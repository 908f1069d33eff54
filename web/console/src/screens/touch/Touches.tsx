import { answered, api } from "@siyu/api";
import { DataTable, dayBounds, DetailDrawer, Empty, Opener, Page, useBrand, useInAddress, When, type Column, type Filter } from "@siyu/kit";
import { Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useAccounts } from "../channels/accounts";
import { useNames } from "../customers/names";
import { TouchDetail } from "./TouchDetail";
import { TouchState } from "./TouchState";
import { CODES, PURPOSES, STATES, useCode, usePrograms, useProgrammeName, useReason, useWayName, type Touch } from "./words";

/** The reason that decided, in words; without one, what is going on. */
export function useWhy(): (touch: Touch) => string {
  const { t } = useTranslation("touch");
  const said = useReason();
  const code = useCode();
  return (touch) => {
    const reason = touch.decisions.at(-1)?.reasons.find((one) => one.code === touch.code);
    return reason ? said(reason) : touch.code ? code(touch.code) : t(`why.${touch.state}`);
  };
}

/** Every touch, and why it was sent, put off or dropped. */
export function Touches() {
  const { t } = useTranslation("touch");
  const { zone } = useBrand();
  const names = useNames();
  const why = useWhy();
  const programme = useProgrammeName();
  const way = useWayName();
  const code = useCode();
  const programmes = usePrograms().data ?? [];
  const accounts = useAccounts().data ?? [];
  const [open, show] = useInAddress("touch");
  const [rows, keep] = useState<readonly Touch[]>([]);
  const shown = rows.find((one) => String(one.id) === open);
  const columns: Column<Touch>[] = [
    { key: "at", title: t("column.proposed"), render: (row) => <Opener onClick={() => show(String(row.id))}><When at={row.proposed_at} /></Opener> },
    { key: "customer", title: t("column.customer"), render: (row) => <Link to={`/customers/${row.customer_id}/touches`}>#{row.customer_id}</Link> },
    { key: "state", title: t("column.state"), render: (row) => <TouchState state={row.state} /> },
    { key: "why", title: t("column.why"), render: (row) => <Typography.Paragraph style={{ margin: 0, width: 300 }}>{why(row)}</Typography.Paragraph> },
    { key: "programme", title: t("column.programme"), render: (row) => <Link to={`/touch/programmes?programme=${row.programme_id}`}>{programme(row.programme_id)}</Link> },
    { key: "purpose", title: t("column.purpose"), render: (row) => names.purpose(row.purpose) },
    { key: "way", title: t("column.way"), render: (row) => way(row.account_id ?? row.wishes[0]?.account_id ?? null, row.way || (row.wishes[0]?.way ?? "")) },
    { key: "due", title: t("column.due"), optional: true, render: (row) => <When at={row.due_at} /> },
    { key: "ended", title: t("column.ended"), optional: true, render: (row) => <When at={row.ended_at} /> },
  ];
  const filters: Filter[] = [
    { kind: "choice", key: "state", label: t("column.state"), choices: STATES.map((value) => ({ value, label: t(`state.${value}`) })) },
    { kind: "choice", key: "programme", label: t("column.programme"), choices: programmes.map((one) => ({ value: String(one.programme_id), label: programme(one.programme_id) })) },
    { kind: "choice", key: "code", label: t("column.reason"), choices: CODES.map((value) => ({ value, label: code(value) })) },
    { kind: "choice", key: "account", label: t("column.account"), choices: accounts.map((one) => ({ value: String(one.id), label: one.name })) },
    { kind: "choice", key: "purpose", label: t("column.purpose"), choices: PURPOSES.map((value) => ({ value, label: names.purpose(value) })) },
    { kind: "dates", key: "at", label: t("column.proposed") },
  ];
  return (
    <Page title={t("title")} what={t("what")}>
      <DataTable<Touch>
        name="touches"
        title={t("title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={["touch", "touches"]}
        refresh={15_000}
        empty={<Empty title={t("none")} />}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const days = dayBounds(wanted, "at", zone);
          const query = {
            state: STATES.find((one) => one === wanted["state"]),
            purpose: PURPOSES.find((one) => one === wanted["purpose"]),
            code: wanted["code"],
            programme_id: Number(wanted["programme"]) || undefined,
            account_id: Number(wanted["account"]) || undefined,
            since: days.from,
            until: days.before,
            before: Number(cursor) || undefined,
            limit: Math.min(limit, 200),
          };
          const found = await answered(api.GET("/api/v1/touch/touches", { signal, params: { query } }));
          keep(found);
          return { rows: found, next: found.length === query.limit ? String(found.at(-1)?.id) : null };
        }}
      />
      <DetailDrawer open={open !== null} title={t("one")} onClose={() => show(null)}>
        {shown ? <TouchDetail touch={shown} /> : <Empty title={t("notHere")} />}
      </DetailDrawer>
    </Page>
  );
}

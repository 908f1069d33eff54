import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, Page, useFormat, When, type Column, type Filter } from "@siyu/kit";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../app/session";
import { Standing } from "./Standing";
import { STATES, TRIALS, type Behind, type Trial } from "./trials";

/** Everything that members can try, with how many are how far. */
export function TrialList() {
  const { t } = useTranslation("trials");
  const { when } = useFormat();
  const may = useMay();
  const navigate = useNavigate();
  const figure = (key: Behind & ("applied" | "chosen" | "reported" | "rewarded")): Column<Trial> => ({
    key,
    title: t(`figure.${key}`),
    align: "right",
    render: (row) => <Link to={`/members/trials/${row.id}?people=${key}`}><Count value={row[key]} /></Link>,
  });
  const columns: Column<Trial>[] = [
    { key: "name", title: t("terms.name"), render: (row) => row.terms.name },
    { key: "state", title: t("column.state"), render: (row) => <Standing state={row.state} /> },
    { key: "how", title: t("terms.how"), render: (row) => t(`how.${row.terms.how ?? "hand"}`) },
    { key: "pieces", title: t("terms.pieces"), align: "right", render: (row) => <Count value={row.terms.pieces} /> },
    figure("applied"),
    figure("chosen"),
    figure("reported"),
    figure("rewarded"),
    { key: "waiting", title: t("figure.waiting"), align: "right", render: (row) => <Link to={`/members/trials/${row.id}?people=to_review`}><Count value={row.waiting} /></Link> },
    { key: "window", title: t("terms.window"), render: (row) => `${when(row.terms.opens_at)} – ${when(row.terms.closes_at)}` },
    { key: "reports", title: t("terms.reportsUntil"), optional: true, render: (row) => <When at={row.terms.reports_until} /> },
    { key: "created", title: t("column.created"), optional: true, render: (row) => <When at={row.created_at} /> },
  ];
  const filters: Filter[] = [{ kind: "choice", key: "state", label: t("column.state"), choices: STATES.map((value) => ({ value, label: t(`state.${value}`) })) }];
  const make = may("trials.manage") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate("/members/trials/new")}>
      {t("new")}
    </Button>
  );
  return (
    <Page title={t("title")} what={t("what")} actions={make}>
      <DataTable<Trial>
        name="trials"
        title={t("title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...TRIALS, "table"]}
        href={(row) => `/members/trials/${row.id}`}
        refresh={15_000}
        empty={<Empty title={t("none")} />}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const most = Math.min(limit, 200);
          const query = { state: STATES.find((one) => one === wanted["state"]), before: Number(cursor) || undefined, limit: most };
          const rows = await answered(api.GET("/api/v1/trials", { signal, params: { query } }));
          return { rows, next: rows.length === most ? String(rows.at(-1)?.id) : null };
        }}
      />
    </Page>
  );
}

import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, Empty, Page, Share, When, type Column } from "@siyu/kit";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useActorName, useFormatName } from "./names";
import { StateTag } from "./StateTag";

type Run = Schema<"Run">;

/** Every import, newest first. */
export function ImportList() {
  const { t } = useTranslation("imports");
  const formatName = useFormatName();
  const actorName = useActorName();
  const columns: Column<Run>[] = [
    { key: "file", title: t("list.file"), render: (row) => row.file_name },
    { key: "kind", title: t("list.kind"), render: (row) => (row.kind === "orders" || row.kind === "customers" ? t(`kinds.${row.kind}`) : row.kind) },
    { key: "format", title: t("list.format"), render: (row) => formatName(row.format) },
    { key: "state", title: t("list.state"), render: (row) => <StateTag state={row.state} /> },
    { key: "rows", title: t("list.rows"), align: "right", render: (row) => <Count value={row.rows} /> },
    { key: "messages", title: t("list.messages"), align: "right", render: (row) => <Count value={row.messages} /> },
    { key: "rejected", title: t("list.rejected"), align: "right", render: (row) => <Count value={row.rejected} /> },
    { key: "share", title: t("list.rejectedShare"), align: "right", render: (row) => <Share value={row.rows ? row.rejected / row.rows : null} digits={2} /> },
    { key: "by", title: t("list.by"), render: (row) => actorName(row.started_by) },
    { key: "started", title: t("list.started"), render: (row) => <When at={row.started_at} /> },
    { key: "finished", title: t("list.finished"), render: (row) => <When at={row.finished_at} />, optional: true },
  ];
  const upload = (
    <Link to="/imports/new">
      <Button type="primary" tabIndex={-1}>
        {t("list.new")}
      </Button>
    </Link>
  );
  return (
    <Page title={t("title")} what={t("list.what")} actions={upload}>
      <DataTable
        name="imports"
        title={t("title")}
        columns={columns}
        rowKey={(row) => row.id}
        href={(row) => `/imports/${row.id}`}
        queryKey={["imports", "list"]}
        refresh={5000}
        empty={<Empty title={t("list.empty")}>{upload}</Empty>}
        load={async ({ cursor, limit }, signal) => {
          const query = { before: cursor ? Number(cursor) : undefined, limit };
          const rows = await answered(api.GET("/api/v1/imports", { signal, params: { query } }));
          const last = rows.at(-1);
          return { rows, next: rows.length === limit && last ? String(last.id) : null };
        }}
      />
    </Page>
  );
}

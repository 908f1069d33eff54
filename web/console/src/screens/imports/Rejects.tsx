import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, Empty, useFormat, useInAddress, useLanguage, type Column } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Segmented, Table, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";

type Run = Schema<"Run">;
type Rejected = Schema<"RejectedRow">;

/** The rows that were left out: by reason, row by row, and as a file to mend. */
export function Rejects({ run }: { run: Run }) {
  const { t } = useTranslation("imports");
  const may = useMay();
  const [view, setView] = useInAddress("rejects");
  const sums = useSums(run);
  if (run.rejected === 0) return run.state === "done" ? <Empty title={t("rejects.none")} /> : null;
  if (sums.data?.length === 0) return <Empty title={t("rejects.gone")} />;
  const download = may("personal.reveal") ? (
    <Tooltip title={t("rejects.downloadWhat")}>
      <Button href={`/api/v1/imports/${run.id}/rejects`} download>
        {t("rejects.download")}
      </Button>
    </Tooltip>
  ) : (
    <Tooltip title={t("rejects.noRight")}>
      <Button disabled>{t("rejects.download")}</Button>
    </Tooltip>
  );
  return (
    <Card size="small" title={t("rejects.title")} extra={download}>
      <Flex vertical gap="middle">
        <Typography.Text type="secondary">{t("rejects.what")}</Typography.Text>
        <Segmented
          value={view ?? "reason"}
          aria-label={t("rejects.title")}
          options={[
            { value: "reason", label: t("rejects.byReason") },
            { value: "each", label: t("rejects.each") },
          ]}
          onChange={(value) => setView(value === "reason" ? null : value, true)}
          style={{ alignSelf: "flex-start" }}
        />
        {view === "each" ? <EachReject run={run} /> : <ByReason sums={sums.data} />}
      </Flex>
    </Card>
  );
}

/** How many there are of each reason; none are left when those that there were are kept no longer. */
function useSums(run: Run) {
  return useQuery({
    queryKey: ["imports", run.id, "sums", run.rejected],
    enabled: run.rejected > 0,
    queryFn: async ({ signal }) => (await answered(api.GET("/api/v1/imports/{run_id}/reject-list", { signal, params: { path: { run_id: run.id }, query: { limit: 1 } } }))).sums,
  });
}

function ByReason({ sums }: { sums: readonly Schema<"RejectSum">[] | undefined }) {
  const { t } = useTranslation("imports");
  const language = useLanguage();
  const format = useFormat();
  return (
    <Table<Schema<"RejectSum">>
      size="small"
      aria-label={t("rejects.byReason")}
      loading={sums === undefined}
      dataSource={sums ?? []}
      rowKey={(row) => `${row.code} ${row.column}`}
      pagination={false}
      scroll={{ x: "max-content" }}
      columns={[
        { key: "reason", title: t("rejects.reason"), render: (_, row) => (language === "zh" ? row.reason_zh : row.reason) },
        { key: "column", title: t("rejects.column"), render: (_, row) => row.column || t("rejects.wholeRow") },
        { key: "rows", title: t("rejects.rows"), align: "right", render: (_, row) => <Count value={row.rows} /> },
        { key: "first", title: t("rejects.first"), align: "right", render: (_, row) => t("rejects.firstLine", { line: format.count(row.first_line) }) },
      ]}
    />
  );
}

function EachReject({ run }: { run: Run }) {
  const { t } = useTranslation("imports");
  const language = useLanguage();
  const columns: Column<Rejected>[] = [
    { key: "line", title: t("rejects.line"), width: 100, render: (row) => <Count value={row.line} /> },
    { key: "column", title: t("rejects.column"), render: (row) => row.column || t("rejects.wholeRow") },
    { key: "reason", title: t("rejects.reason"), render: (row) => (language === "zh" ? row.reason_zh : row.reason) },
  ];
  return (
    <DataTable
      name="rejects"
      title={t("rejects.title")}
      columns={columns}
      rowKey={(row) => row.place}
      queryKey={["imports", run.id, "rejects"]}
      load={async ({ cursor, limit }, signal) => {
        const query = { after: cursor ? Number(cursor) : undefined, limit };
        const page = await answered(api.GET("/api/v1/imports/{run_id}/reject-list", { signal, params: { path: { run_id: run.id }, query } }));
        return { rows: page.items, next: page.next === null ? null : String(page.next), total: run.rejected };
      }}
    />
  );
}

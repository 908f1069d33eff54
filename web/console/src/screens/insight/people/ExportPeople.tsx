import { DownloadOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { useErrorText, useShowError } from "@siyu/kit";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Typography } from "antd";
import { useTranslation } from "react-i18next";

/** What an export is asked with: the filters of the list; or a figure, or the moves of a segment, and no filter. */
export type Exportable = Pick<Schema<"ExportAsked">, "wanted" | "people" | "moves">;

const COLUMNS: Schema<"ExportAsked">["columns"] = ["customer_id", "name", "phone", "layer", "orders", "net_yuan", "last_order_at", "tags"];

/** Have these customers written as a file (masked), and fetch it when it is done. */
export function ExportPeople({ asked }: { asked: Exportable }) {
  const { t } = useTranslation("insight");
  const showError = useShowError();
  const text = useErrorText();
  const begin = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/customers/exports", { body: { ...asked, columns: COLUMNS, reveal: false } })),
    onError: showError,
  });
  const id = begin.data?.id;
  const watched = useQuery<Schema<"ExportRead">>({
    queryKey: ["customers", "exports", id],
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data?.state === "waiting" || state.data?.state === "running" || !state.data ? 1000 : false),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/customers/exports/{export_id}", { signal, params: { path: { export_id: id ?? 0 } } })),
  });
  if (watched.data?.state === "done") {
    return (
      <Button type="primary" icon={<DownloadOutlined />} href={`/api/v1/customers/exports/${watched.data.id}/file`}>
        {t("people.exportReady")}
      </Button>
    );
  }
  if (watched.error) return <Typography.Text type="danger">{text(watched.error)}</Typography.Text>;
  const failed = watched.data?.state === "failed";
  return (
    <Button icon={<DownloadOutlined />} loading={begin.isPending || (id !== undefined && !failed)} onClick={() => begin.mutate()}>
      {t(failed ? "people.exportAgain" : id === undefined ? "people.export" : "people.exporting")}
    </Button>
  );
}

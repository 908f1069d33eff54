import { answered, api, type Schema } from "@siyu/api";
import { Count, Empty, Loaded, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Flex, Progress, Table, Typography, type TableProps } from "antd";
import { useTranslation } from "react-i18next";

import { useSaid, type Account } from "../accounts";
import { shareUsed } from "./quota";

type Quota = Schema<"QuotaRead">;
const EVERY_MS = 30_000;

/** How much the platform still lets through, of each of its quotas. */
export function Quotas({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const said = useSaid();
  const query = useQuery({
    queryKey: ["channels", "quotas", account.id],
    refetchInterval: EVERY_MS,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}/quotas", { signal, params: { path: { account_id: account.id } } })),
  });
  const columns: TableProps<Quota>["columns"] = [
    {
      key: "quota",
      title: t("quota.title"),
      render: (_, row) => (
        <Flex vertical>
          <span>{said(row)}</span>
          <Typography.Text type="secondary">{t("quota.of", { subject: t(`quota.subjects.${row.subject}` as "quota.subjects.account"), window: t(`quota.windows.${row.window}` as "quota.windows.day") })}</Typography.Text>
        </Flex>
      ),
    },
    { key: "used", title: t("quota.used"), align: "right", render: (_, row) => <Count value={row.used} /> },
    { key: "left", title: t("quota.left"), align: "right", render: (_, row) => <Left row={row} /> },
    { key: "until", title: t("quota.free"), render: (_, row) => <Free row={row} /> },
    { key: "full", title: t("quota.full"), align: "right", render: (_, row) => <Full row={row} /> },
  ];
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("quota.what")}</Typography.Text>
      <Loaded query={query}>
        {(quotas) => (
          <Table<Quota>
            aria-label={t("account.tabs.quotas")}
            rowKey={(row) => `${row.quota} ${row.window} ${row.subject}`}
            columns={columns}
            dataSource={quotas}
            pagination={false}
            locale={{ emptyText: <Empty title={t("quota.empty")} /> }}
          />
        )}
      </Loaded>
    </Flex>
  );
}

function Left({ row }: { row: Quota }) {
  const { t } = useTranslation("channels");
  const share = shareUsed(row);
  if (row.left === null) return <Typography.Text type="secondary">{t("quota.each", { count: Math.max(0, row.limit - row.shared) })}</Typography.Text>;
  return (
    <Flex gap="small" align="center" justify="flex-end">
      {share !== null && <Progress percent={Math.round(share * 100)} showInfo={false} size="small" status={share >= 1 ? "exception" : "normal"} style={{ width: 80 }} aria-label={t("quota.used")} />}
      <Count value={row.left} />
    </Flex>
  );
}

function Free({ row }: { row: Quota }) {
  const { t } = useTranslation("channels");
  if (row.window === "ever") return t("quota.byArchiving");
  return row.until === null ? t("quota.byAct") : <When at={row.until} />;
}

/** How many customers (staff, groups) have nothing left; the account itself is one. */
function Full({ row }: { row: Quota }) {
  const { t } = useTranslation("channels");
  if (row.subject === "account") return row.full > 0 ? <Typography.Text type="danger">{t("quota.atLimit")}</Typography.Text> : "—";
  return t("quota.fullOf", { full: String(row.full), subject: t(`quota.counted.${row.subject}` as "quota.counted.customer") });
}

import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, Page, When, type Column } from "@siyu/kit";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { useAccounts } from "../../channels/accounts";
import { ANNOUNCEMENTS, type Announcement } from "./announcement";

/** What was said to whole group chats, and to how many it has come. */
export function AnnouncementList() {
  const { t } = useTranslation("touch");
  const may = useMay();
  const navigate = useNavigate();
  const accounts = useAccounts().data ?? [];
  const columns: Column<Announcement>[] = [
    { key: "name", title: t("announcement.name"), render: (row) => <Link to={`/touch/announcements/${row.id}`}>{row.name}</Link> },
    { key: "account", title: t("column.account"), render: (row) => accounts.find((one) => one.id === row.account_id)?.name ?? `#${row.account_id}` },
    { key: "groups", title: t("announcement.groups"), align: "right", render: (row) => <Count value={row.groups} /> },
    { key: "waiting", title: t("announcement.waiting"), align: "right", render: (row) => <Count value={row.waiting} /> },
    { key: "handed", title: t("announcement.handed"), align: "right", render: (row) => <Count value={row.handed} /> },
    { key: "dropped", title: t("announcement.dropped"), align: "right", render: (row) => <Count value={row.dropped} /> },
    { key: "asked", title: t("announcement.asked"), render: (row) => <When at={row.asked_at} /> },
    { key: "valid", title: t("column.validUntil"), render: (row) => <When at={row.valid_until} /> },
    { key: "key", title: t("column.key"), optional: true, render: (row) => row.key },
  ];
  const write = may("touch.manage") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate("/touch/announcements/new")}>
      {t("announcement.new")}
    </Button>
  );
  return (
    <Page title={t("announcement.title")} what={t("announcement.what")} actions={write}>
      <DataTable<Announcement>
        name="touch.announcements"
        title={t("announcement.title")}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={[...ANNOUNCEMENTS, "list"]}
        refresh={15_000}
        empty={<Empty title={t("announcement.none")} />}
        load={async ({ cursor, limit }, signal) => {
          const most = Math.min(limit, 200);
          const rows = await answered(api.GET("/api/v1/touch/announcements", { signal, params: { query: { before: Number(cursor) || undefined, limit: most } } }));
          return { rows, next: rows.length === most ? String(rows.at(-1)?.id) : null };
        }}
      />
    </Page>
  );
}

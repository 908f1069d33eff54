import { answered, api } from "@siyu/api";
import { DataTable, Empty, Page, useLanguage, When, type Column } from "@siyu/kit";
import { Alert, Button, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../app/session";
import { useChannelName, useKinds, type Account } from "./accounts";
import { worst } from "./health";
import { useMirror } from "./reconcile/mirror";
import { WalkState } from "./reconcile/WalkState";
import { Standing } from "./Standing";

/** The accounts that are connected, and whether they work. */
export function AccountList() {
  const { t } = useTranslation("channels");
  const may = useMay();
  const navigate = useNavigate();
  const channelName = useChannelName();
  const columns: Column<Account>[] = [
    { key: "name", title: t("list.name"), render: (row) => row.name },
    { key: "channel", title: t("list.channel"), render: (row) => <Tag>{channelName(row.channel)}</Tag> },
    { key: "standing", title: t("list.standing"), render: (row) => <Standing account={row} /> },
    { key: "health", title: t("list.health"), render: (row) => <Worst account={row} /> },
    { key: "checked", title: t("list.checked"), render: (row) => (row.health ? <When at={row.health.checked_at} ago /> : t("health.never")) },
    { key: "reconciled", title: t("list.reconciled"), render: (row) => <Reconciled account={row.id} /> },
    { key: "external", title: t("list.external"), render: (row) => <Typography.Text code>{row.external_id}</Typography.Text> },
    { key: "created", title: t("list.created"), render: (row) => <When at={row.created_at} />, optional: true },
  ];
  const add = may("channels.manage") && (
    <Button type="primary" onClick={() => void navigate("/channels/connect")}>
      {t("list.add")}
    </Button>
  );
  return (
    <Page title={t("list.title")} what={t("list.what")} actions={add}>
      <Flex vertical gap="middle">
        <Unusable />
        <DataTable
          name="channels.accounts"
          title={t("list.title")}
          columns={columns}
          rowKey={(row) => row.id}
          href={(row) => `/channels/${row.id}`}
          queryKey={["channels", "accounts", "list"]}
          refresh={30_000}
          empty={<Empty title={t("list.empty")}>{add}</Empty>}
          load={async (_, signal) => ({ rows: await answered(api.GET("/api/v1/channels/accounts", { signal })), next: null })}
        />
      </Flex>
    </Page>
  );
}

/** How the newest reconcile stands, and since when. */
function Reconciled({ account }: { account: number }) {
  const { t } = useTranslation("channels");
  const last = useMirror(account).data?.last;
  if (!last) return last === null ? t("walk.never") : null;
  return (
    <Flex vertical>
      <WalkState state={last.state} />
      <Typography.Text type="secondary">
        <When at={last.ended_at ?? last.moved_at} ago />
      </Typography.Text>
    </Flex>
  );
}

/** What is to be mended first, with how; a few words where nothing is wrong. */
function Worst({ account }: { account: Account }) {
  const { t } = useTranslation("channels");
  const language = useLanguage();
  const finding = worst(account);
  if (!finding) return <Typography.Text type="secondary">{t(account.state === "paused" ? "list.notTried" : account.health ? "list.nothingWrong" : "list.notChecked")}</Typography.Text>;
  const [said, advice] = language === "zh" ? [finding.zh, finding.advice_zh] : [finding.en, finding.advice_en];
  return (
    <Flex vertical style={{ width: 360, whiteSpace: "normal", overflowWrap: "anywhere" }}>
      <span>{said}</span>
      {advice && <Typography.Text type="secondary">{t("health.advice", { advice })}</Typography.Text>}
    </Flex>
  );
}

/** Plugins that are installed and cannot be used. */
function Unusable() {
  const language = useLanguage();
  const kinds = useKinds();
  return kinds.data?.unusable.map((one) => <Alert key={one.channel} type="warning" showIcon title={language === "zh" ? one.message_zh : one.message} />);
}

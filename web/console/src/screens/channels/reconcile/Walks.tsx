import { answered, api } from "@siyu/api";
import { Count, DataTable, DetailDrawer, Empty, Loaded, Opener, useFormat, useInAddress, useLanguage, When, type Column } from "@siyu/kit";
import { Alert, Descriptions, Flex, Table, Typography } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { countsOf, secondsOf, type Walk } from "./mirror";
import { WalkState } from "./WalkState";

/** The last reconciles with their reports. */
export function Walks({ account, running }: { account: number; running: boolean }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const [shown, show] = useInAddress("walk");
  const columns: Column<Walk>[] = [
    {
      key: "began",
      title: t("walk.began"),
      render: (row) => (
        <Opener onClick={() => show(String(row.id))}>
          <When at={row.began_at} />
        </Opener>
      ),
    },
    { key: "state", title: t("walk.state"), render: (row) => <WalkState state={row.state} /> },
    { key: "took", title: t("walk.took"), align: "right", render: (row) => format.duration(secondsOf(row)) },
    { key: "seen", title: t("walk.seen"), render: (row) => <SeenText walk={row} /> },
    { key: "came", title: t("walk.came"), align: "right", render: (row) => <Count value={countsOf(row).began} /> },
    { key: "left", title: t("walk.left"), align: "right", render: (row) => <Count value={countsOf(row).ended} /> },
    { key: "unseen", title: t("walk.unseen"), align: "right", render: (row) => <Count value={row.unseen.length} /> },
  ];
  return (
    <>
      <DataTable
        name="channels.walks"
        title={t("walk.title")}
        prefix="w_"
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={["channels", "walks", account]}
        refresh={running ? 2000 : 30_000}
        empty={<Empty title={t("walk.empty")} />}
        load={async (_, signal) => ({ rows: await answered(api.GET("/api/v1/channels/accounts/{account_id}/walks", { signal, params: { path: { account_id: account } } })), next: null })}
      />
      <DetailDrawer open={shown !== null} title={t("walk.report")} onClose={() => show(null)}>
        {shown !== null && <Report account={account} id={Number(shown)} />}
      </DetailDrawer>
    </>
  );
}

function SeenText({ walk }: { walk: Walk }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const { seen } = countsOf(walk);
  if (seen.length === 0) return <Typography.Text type="secondary">{t("walk.nothing")}</Typography.Text>;
  return seen.map(([kind, count]) => t(`walk.kinds.${kind}`, { number: format.count(count) })).join(" · ");
}

function Report({ account, id }: { account: number; id: number }) {
  const { t } = useTranslation("channels");
  const language = useLanguage();
  const format = useFormat();
  const query = useQuery<Walk>({
    queryKey: ["channels", "walks", account, "report", id],
    refetchInterval: ({ state }) => (state.data?.state === "running" ? 2000 : false),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}/walks/{walk_id}", { signal, params: { path: { account_id: account, walk_id: id } } })),
  });
  return (
    <Loaded query={query}>
      {(walk) => {
        const { began, ended } = countsOf(walk);
        return (
          <Flex vertical gap="middle">
            {walk.problem && <Alert type="error" showIcon title={language === "zh" ? walk.problem.message_zh : walk.problem.message} />}
            <Descriptions
              column={1}
              size="small"
              bordered
              items={[
                { key: "state", label: t("walk.state"), children: <WalkState state={walk.state} /> },
                { key: "began", label: t("walk.began"), children: <When at={walk.began_at} precision="second" /> },
                { key: "took", label: t("walk.took"), children: format.duration(secondsOf(walk)) },
                { key: "seen", label: t("walk.seen"), children: <SeenText walk={walk} /> },
                { key: "came", label: t("walk.came"), children: <Count value={began} /> },
                { key: "left", label: t("walk.left"), children: <Count value={ended} /> },
              ]}
            />
            {walk.unseen.length > 0 && <Unseen walk={walk} />}
          </Flex>
        );
      }}
    </Loaded>
  );
}

/** What could not be seen, and why; nothing of it has ended. */
function Unseen({ walk }: { walk: Walk }) {
  const { t, i18n } = useTranslation("channels");
  const language = useLanguage();
  const kindOf = (kind: string): string => (i18n.exists(`channels:walk.one.${kind}`) ? t(`walk.one.${kind}` as never) : kind);
  return (
    <>
      <Typography.Title level={3} style={{ fontSize: 15, margin: 0 }}>
        {t("walk.unseenTitle", { count: walk.unseen.length })}
      </Typography.Title>
      <Typography.Text type="secondary">{t("walk.unseenWhat")}</Typography.Text>
      <Table<Walk["unseen"][number]>
        aria-label={t("walk.unseen")}
        size="small"
        rowKey={(row) => `${row.kind} ${row.id}`}
        dataSource={walk.unseen}
        pagination={walk.unseen.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        scroll={{ x: "max-content" }}
        columns={[
          { key: "kind", title: t("walk.object"), render: (_, row) => kindOf(row.kind) },
          { key: "id", title: "ID", render: (_, row) => <Typography.Text code>{row.id}</Typography.Text> },
          { key: "reason", title: t("walk.reason"), render: (_, row) => (language === "zh" ? row.reason_zh : row.reason) },
        ]}
      />
    </>
  );
}

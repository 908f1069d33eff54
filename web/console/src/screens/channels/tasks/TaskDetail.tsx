import { answered, api, type Schema } from "@siyu/api";
import { Confirm, Count, Empty, Loaded, useLanguage, When } from "@siyu/kit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Descriptions, Flex, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import type { Account } from "../accounts";
import { ContactLink } from "../contacts/ContactLink";
import { withWho, type Who } from "../contacts/who";
import { useGroupName, useStaffName } from "../mirrored";
import { Confirmed, type Task } from "./Tasks";
import { TaskState, useWayName } from "./TaskState";

type Result = Schema<"ResultRead"> & { who?: Who };
const SHOWN = 500;

/** One task: who has not confirmed, what came of it for each customer, and the ways to hurry it or to end it. */
export function TaskDetail({ account, handle }: { account: Account; handle: string }) {
  const { t } = useTranslation("channels");
  const wayName = useWayName();
  const query = useQuery({
    queryKey: ["channels", "tasks", account.id, handle],
    refetchInterval: 15_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/channels/accounts/{account_id}/tasks/{handle}", { signal, params: { path: { account_id: account.id, handle } } })),
  });
  return (
    <Loaded query={query}>
      {({ task, staff }) => (
        <Flex vertical gap="middle">
          <Actions account={account} task={task} />
          <Descriptions
            column={{ xs: 1, sm: 2 }}
            size="small"
            bordered
            items={[
              { key: "way", label: t("tasks.way"), children: wayName(task.way) },
              { key: "state", label: t("tasks.state"), children: <TaskState state={task.state} /> },
              { key: "asked", label: t("tasks.askedAt"), children: <When at={task.asked_at} /> },
              { key: "ended", label: t("tasks.endedAt"), children: <When at={task.ended_at} /> },
              { key: "confirmed", label: t("tasks.confirmed"), children: <Confirmed task={task} /> },
              { key: "reminded", label: t("tasks.reminded"), children: <Reminded task={task} /> },
              { key: "sent", label: t("tasks.sent"), children: <Count value={task.sent} /> },
              { key: "total", label: t("tasks.total"), children: <Count value={task.total} /> },
              ...(task.way === "moment"
                ? [
                    { key: "liked", label: t("tasks.liked"), children: <Count value={task.liked} /> },
                    { key: "commented", label: t("tasks.commented"), children: <Count value={task.commented} /> },
                  ]
                : []),
            ]}
          />
          <Staff account={account} staff={staff} />
          <Results account={account} task={task} />
        </Flex>
      )}
    </Loaded>
  );
}

function Reminded({ task }: { task: Task }) {
  const last = task.reminded[task.reminded.length - 1];
  return (
    <>
      <Count value={task.reminded.length} /> {last && <When at={last} ago />}
    </>
  );
}

function Actions({ account, task }: { account: Account; task: Task }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const { message } = App.useApp();
  const client = useQueryClient();
  if (!may("channels.act") || task.state !== "open") return null;
  const params = { path: { account_id: account.id, handle: task.handle } };
  const again = (): Promise<void> => client.invalidateQueries({ queryKey: ["channels", "tasks", account.id] });
  const remind = async (): Promise<void> => {
    await answered(api.POST("/api/v1/channels/accounts/{account_id}/tasks/{handle}/remind", { params }));
    void message.success(t("tasks.remindDone"));
    await again();
  };
  const cancel = async (): Promise<void> => {
    await answered(api.POST("/api/v1/channels/accounts/{account_id}/tasks/{handle}/cancel", { params }));
    await again();
  };
  return (
    <Flex gap="small" wrap>
      <Confirm type="primary" label={t("tasks.remind")} okText={t("tasks.remind")} title={t("tasks.remindAsk", { count: task.staff - task.confirmed })} onConfirm={remind}>
        {t("tasks.remindWhat")}
      </Confirm>
      <Confirm danger label={t("tasks.cancel")} okText={t("tasks.cancel")} title={t("tasks.cancelAsk")} onConfirm={cancel}>
        {t("tasks.cancelWhat")}
      </Confirm>
    </Flex>
  );
}

function Staff({ account, staff }: { account: Account; staff: readonly Schema<"ConfirmationRead">[] }) {
  const { t } = useTranslation("channels");
  const staffName = useStaffName(account.id);
  return (
    <>
      <Heading text={t("tasks.staff")} />
      <Table<Schema<"ConfirmationRead">>
        aria-label={t("tasks.staff")}
        size="small"
        rowKey="staff_id"
        dataSource={[...staff]}
        pagination={staff.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        locale={{ emptyText: <Empty title={t("tasks.noStaff")} /> }}
        columns={[
          { key: "staff", title: t("contacts.staff"), render: (_, row) => staffName(row.staff_id) },
          { key: "at", title: t("tasks.confirmedAt"), render: (_, row) => (row.confirmed_at === null ? <Typography.Text type="warning">{t("tasks.waits")}</Typography.Text> : <When at={row.confirmed_at} />) },
        ]}
      />
    </>
  );
}

function Results({ account, task }: { account: Account; task: Task }) {
  const { t, i18n } = useTranslation("channels");
  const may = useMay();
  const language = useLanguage();
  const staffName = useStaffName(account.id);
  const groupName = useGroupName(account.id);
  const query = useQuery({
    queryKey: ["channels", "tasks", account.id, task.handle, "results", task.state, task.confirmed],
    queryFn: async ({ signal }) => {
      const found = await answered(api.GET("/api/v1/channels/accounts/{account_id}/tasks/{handle}/results", { signal, params: { path: { account_id: account.id, handle: task.handle } } }));
      return withWho(account.id, found.slice(0, SHOWN), (row) => row.subject_id, may, signal);
    },
  });
  const said = (result: string): string => (result === "" ? t("tasks.waits") : i18n.exists(`channels:tasks.results.${result}`) ? t(`tasks.results.${result}` as never) : result);
  if (task.total === 0) return null;
  return (
    <>
      <Heading text={t("tasks.resultsOf")} />
      {task.total > SHOWN && <Typography.Text type="secondary">{t("tasks.firstOnes", { count: SHOWN })}</Typography.Text>}
      <Loaded query={query}>
        {(rows) => (
          <Table<Result>
            aria-label={t("tasks.resultsOf")}
            size="small"
            rowKey="id"
            dataSource={rows}
            pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
            columns={[
              { key: "subject", title: t("handovers.subject"), render: (_, row) => (task.way === "group_chat_send" ? groupName(row.subject_id) : <ContactLink who={row.who} id={row.subject_id} />) },
              { key: "staff", title: t("contacts.staff"), render: (_, row) => staffName(row.staff_id) },
              {
                key: "result",
                title: t("tasks.result"),
                render: (_, row) => (
                  <Flex vertical>
                    <span>{said(row.result)}</span>
                    {row.reason && <Typography.Text type="secondary">{language === "zh" ? row.reason_zh : row.reason}</Typography.Text>}
                  </Flex>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </>
  );
}

function Heading({ text }: { text: string }) {
  return (
    <Typography.Title level={3} style={{ fontSize: 15, margin: 0 }}>
      {text}
    </Typography.Title>
  );
}

import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, DetailDrawer, Empty, Opener, Page, useInAddress, When, type Column } from "@siyu/kit";
import { Progress } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Account } from "../accounts";
import { OfAccount } from "../staff/OfAccount";
import { TaskDetail } from "./TaskDetail";
import { TaskState, useWayName } from "./TaskState";

export type Task = Schema<"TaskRead">;

/** What staff have to confirm on the platform, how far it is, and what came of it. */
export function Tasks() {
  const { t } = useTranslation("channels");
  return (
    <Page title={t("tasks.title")} what={t("tasks.what")}>
      <OfAccount needs="tasks">{(account, choice) => <List key={account.id} account={account} choice={choice} />}</OfAccount>
    </Page>
  );
}

function List({ account, choice }: { account: Account; choice: ReactNode }) {
  const { t } = useTranslation("channels");
  const wayName = useWayName();
  const [shown, show] = useInAddress("task");
  const columns: Column<Task>[] = [
    {
      key: "asked",
      title: t("tasks.askedAt"),
      render: (row) => (
        <Opener onClick={() => show(row.handle)}>
          <When at={row.asked_at} />
        </Opener>
      ),
    },
    { key: "way", title: t("tasks.way"), render: (row) => wayName(row.way) },
    { key: "state", title: t("tasks.state"), render: (row) => <TaskState state={row.state} /> },
    { key: "confirmed", title: t("tasks.confirmed"), render: (row) => <Confirmed task={row} /> },
    { key: "total", title: t("tasks.total"), align: "right", render: (row) => <Count value={row.total} /> },
    { key: "sent", title: t("tasks.sent"), align: "right", render: (row) => <Count value={row.sent} /> },
    { key: "no_friend", title: t("tasks.noFriend"), align: "right", render: (row) => <Count value={row.no_friend} /> },
    { key: "capped", title: t("tasks.capped"), align: "right", render: (row) => <Count value={row.capped} /> },
    { key: "liked", title: t("tasks.liked"), align: "right", optional: true, render: (row) => <Count value={row.liked} /> },
    { key: "commented", title: t("tasks.commented"), align: "right", optional: true, render: (row) => <Count value={row.commented} /> },
    { key: "reminded", title: t("tasks.reminded"), align: "right", render: (row) => <Count value={row.reminded.length} /> },
  ];
  return (
    <>
      <DataTable<Task>
        name="channels.tasks"
        title={t("tasks.title")}
        columns={columns}
        rowKey={(row) => row.handle}
        queryKey={["channels", "tasks", account.id]}
        refresh={15_000}
        empty={<Empty title={t("tasks.empty")} />}
        actions={choice}
        load={async (_, signal) => ({ rows: await answered(api.GET("/api/v1/channels/accounts/{account_id}/tasks", { signal, params: { path: { account_id: account.id } } })), next: null })}
      />
      <DetailDrawer open={shown !== null} title={t("tasks.one")} width={760} onClose={() => show(null)}>
        {shown !== null && <TaskDetail account={account} handle={shown} />}
      </DetailDrawer>
    </>
  );
}

/** How many of the staff have confirmed. */
export function Confirmed({ task }: { task: Pick<Task, "staff" | "confirmed"> }) {
  const { t } = useTranslation("channels");
  const text = t("tasks.confirmedOf", { confirmed: String(task.confirmed), staff: String(task.staff) });
  if (task.staff === 0) return t("tasks.noStaff");
  return <Progress percent={Math.round((100 * task.confirmed) / task.staff)} size="small" style={{ width: 140 }} aria-label={t("tasks.confirmed")} format={() => text} />;
}

import { answered, api } from "@siyu/api";
import { Count, DataTable, Empty, Page, Share, When, type Column, type Filter } from "@siyu/kit";
import { Badge, Flex, Tag, Tooltip, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Account } from "../accounts";
import { useStaff, type Workload } from "../mirrored";
import { departmentsOf } from "./departments";
import { holds, ordered, paged, since } from "./listing";
import { OfAccount } from "./OfAccount";
import { Period, usePeriod } from "./Period";
import { standingOfStaff, STANDINGS } from "./standing";

const DOTS = { serves: "success", idle: "default", inactive: "warning", gone: "default" } as const;

/** Who serves how many, and how that moved. */
export function Staff() {
  const { t } = useTranslation("channels");
  return (
    <Page title={t("staff.title")} what={t("staff.what")}>
      <OfAccount needs="staff">{(account, choice) => <List account={account} choice={choice} />}</OfAccount>
    </Page>
  );
}

function List({ account, choice }: { account: Account; choice: ReactNode }) {
  const { t } = useTranslation("channels");
  const days = usePeriod();
  const known = useStaff(account.id);
  const columns: Column<Workload>[] = [
    {
      key: "name",
      title: t("staff.name"),
      sortable: true,
      render: (row) => (
        <Flex vertical>
          <span>{row.name || row.staff_id}</span>
          {row.name && row.name !== row.staff_id && <Typography.Text type="secondary">{row.staff_id}</Typography.Text>}
        </Flex>
      ),
    },
    { key: "position", title: t("staff.position"), sortable: true, render: (row) => row.position || "—" },
    { key: "departments", title: t("staff.departments"), render: (row) => (row.departments.length > 0 ? row.departments.map((name, at) => <Tag key={row.department_ids[at]}>{name}</Tag>) : "—") },
    { key: "standing", title: t("staff.standing"), render: (row) => <Standing row={row} /> },
    { key: "contacts", title: t("staff.contacts"), align: "right", sortable: true, render: (row) => <Count value={row.contacts} /> },
    { key: "added", title: t("staff.added"), align: "right", sortable: true, render: (row) => <Count value={row.added} /> },
    { key: "lost", title: t("staff.lost"), align: "right", sortable: true, render: (row) => <Count value={row.lost} /> },
    { key: "taken_over", title: t("staff.takenOver"), align: "right", sortable: true, optional: true, render: (row) => <Count value={row.taken_over} /> },
    { key: "handed_over", title: t("staff.handedOver"), align: "right", sortable: true, optional: true, render: (row) => <Count value={row.handed_over} /> },
    { key: "chats", title: t("staff.chats"), what: t("staff.chatsWhat"), align: "right", sortable: true, render: (row) => <Count value={row.chats} /> },
    { key: "messages", title: t("staff.messages"), what: t("staff.messagesWhat"), align: "right", sortable: true, optional: true, render: (row) => <Count value={row.messages} /> },
    { key: "replied", title: t("staff.replied"), what: t("staff.repliedWhat"), align: "right", sortable: true, render: (row) => <Share value={row.replied === null ? null : row.replied / 100} /> },
    { key: "first_reply_minutes", title: t("staff.firstReply"), what: t("staff.firstReplyWhat"), align: "right", sortable: true, render: (row) => <Minutes value={row.first_reply_minutes} /> },
    { key: "deleted_by", title: t("staff.deletedBy"), what: t("staff.deletedByWhat"), align: "right", sortable: true, optional: true, render: (row) => <Count value={row.deleted_by} /> },
    { key: "confirmed", title: t("staff.confirmed"), what: t("staff.confirmedWhat"), align: "right", sortable: true, optional: true, render: (row) => <Count value={row.confirmed} /> },
    { key: "forgotten", title: t("staff.forgotten"), what: t("staff.forgottenWhat"), align: "right", sortable: true, render: (row) => <Count value={row.forgotten} /> },
  ];
  const filters: Filter[] = [
    { kind: "text", key: "words", label: t("staff.words"), placeholder: t("staff.words"), width: 260 },
    { kind: "choice", key: "department", label: t("staff.department"), choices: departmentsOf(known.data ?? []).map(([value, label]) => ({ value, label })) },
    { kind: "choice", key: "standing", label: t("staff.standing"), choices: STANDINGS.map((value) => ({ value, label: t(`staff.standings.${value}`) })) },
  ];
  return (
    <DataTable
      name="channels.staff"
      title={t("staff.title")}
      columns={columns}
      filters={filters}
      rowKey={(row) => row.staff_id}
      queryKey={["channels", "staff", account.id, "list", days]}
      refresh={60_000}
      empty={<Empty title={t("staff.empty")} />}
      actions={
        <>
          {choice}
          <Period />
        </>
      }
      load={async ({ filters: wanted, sort, cursor, limit }, signal) => {
        const all = await answered(api.GET("/api/v1/channels/accounts/{account_id}/staff", { signal, params: { path: { account_id: account.id }, query: { since: since(days) } } }));
        const fit = all.filter((row) => holds([row.name, row.staff_id, row.position, ...row.departments], wanted["words"]) && (!wanted["department"] || row.department_ids.includes(wanted["department"])) && (!wanted["standing"] || standingOfStaff(row) === wanted["standing"]));
        return paged(ordered(fit, sort, (row, key) => row[key as "contacts"]), cursor, limit);
      }}
    />
  );
}

function Minutes({ value }: { value: number | null }) {
  const { t } = useTranslation("channels");
  return value === null ? "—" : t("staff.minutes", { minutes: String(Math.round(value)) });
}

function Standing({ row }: { row: Workload }) {
  const { t } = useTranslation("channels");
  const standing = standingOfStaff(row);
  const badge = <Badge status={DOTS[standing]} text={t(`staff.standings.${standing}`)} />;
  if (row.gone_at === null) return <Tooltip title={t(`staff.standingWhat.${standing}`)}>{badge}</Tooltip>;
  return (
    <Flex vertical>
      {badge}
      <Typography.Text type="secondary">
        <When at={row.gone_at} precision="day" />
      </Typography.Text>
    </Flex>
  );
}

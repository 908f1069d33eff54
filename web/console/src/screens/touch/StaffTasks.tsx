import { answered, api, type Schema } from "@siyu/api";
import { DataTable, Empty, ErrorNote, Page, When, type Column, type Filter } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../app/session";
import { memberOf, useMemberName, useMembers } from "../channels/members";
import { WithReason } from "./WithReason";

type Task = Schema<"StaffTaskRead">;

const STATES = ["open", "done", "declined", "expired", "cancelled"] as const satisfies readonly Task["state"][];
const COLOURS: Partial<Record<Task["state"], string>> = { open: "processing", done: "success", declined: "warning", expired: "error" };
const KEY = ["touch", "staff-tasks"] as const;

/** What staff are asked to say to customers themselves, and what they say of it. */
export function StaffTasks() {
  const { t } = useTranslation("touch");
  const may = useMay();
  const members = useMembers();
  const memberName = useMemberName();
  const whose = useQuery({ queryKey: [...KEY, "whose"], queryFn: ({ signal }) => answered(api.GET("/api/v1/staff-tasks/whose", { signal })) }).data;
  const columns: Column<Task>[] = [
    { key: "title", title: t("task.title_"), render: (row) => <What task={row} /> },
    { key: "customer", title: t("column.customer"), render: (row) => (may("customers.read") ? <Link to={`/customers/${row.customer_id}`}>#{row.customer_id}</Link> : `#${row.customer_id}`) },
    { key: "staff", title: t("task.staff"), render: (row) => memberName(row) },
    { key: "state", title: t("column.state"), render: (row) => <State task={row} /> },
    { key: "due", title: t("task.due"), render: (row) => <When at={row.due_at} /> },
    { key: "programme", title: t("column.programme"), render: (row) => row.programme },
    { key: "act", title: t("task.act"), render: (row) => (row.state === "open" ? <Acts task={row} /> : null) },
    { key: "asked", title: t("task.asked"), optional: true, render: (row) => <When at={row.asked_at} /> },
  ];
  const filters: Filter[] = [
    { kind: "choice", key: "state", label: t("column.state"), choices: STATES.map((value) => ({ value, label: t(`task.state.${value}`) })) },
    ...(whose?.everybody === false ? [] : [{ kind: "choice" as const, key: "member", label: t("task.staff"), choices: members }]),
  ];
  return (
    <Page title={t("task.title")} what={t("task.what")}>
      {whose?.everybody === false && <Mine members={whose.members.map(memberName)} />}
      <DataTable<Task>
        name="staff-tasks"
        title={t("task.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={KEY}
        refresh={15_000}
        empty={<Empty title={t("task.none")} />}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const member = wanted["member"] ? memberOf(wanted["member"]) : undefined;
          const query = {
            state: STATES.find((one) => one === wanted["state"]),
            staff_id: member?.staff_id,
            account_id: member?.account_id,
            cursor: cursor || undefined,
            limit,
          };
          const found = await answered(api.GET("/api/v1/staff-tasks", { signal, params: { query } }));
          return { rows: found.tasks, next: found.next ?? null };
        }}
      />
    </Page>
  );
}

/** To whom the list is narrowed, for those who only do tasks. */
function Mine({ members }: { members: readonly string[] }) {
  const { t } = useTranslation("touch");
  return members.length > 0 ? (
    <Alert type="info" showIcon title={t("task.mine", { names: members.join(t("task.and")) })} style={{ marginBottom: 16 }} />
  ) : (
    <Alert type="warning" showIcon title={t("task.nobody")} description={t("task.nobodyWhat")} style={{ marginBottom: 16 }} />
  );
}

function What({ task }: { task: Task }) {
  return (
    <Flex vertical style={{ minWidth: 240 }}>
      <Typography.Text strong>{task.title}</Typography.Text>
      {task.say && (
        <Typography.Paragraph copyable style={{ margin: 0, whiteSpace: "pre-line" }}>
          {task.say}
        </Typography.Paragraph>
      )}
    </Flex>
  );
}

function State({ task }: { task: Task }) {
  const { t } = useTranslation("touch");
  return (
    <Flex vertical align="flex-start">
      <Tag color={COLOURS[task.state]}>{t(`task.state.${task.state}`)}</Tag>
      {task.said && <Typography.Text type="secondary">{task.said}</Typography.Text>}
    </Flex>
  );
}

function Acts({ task }: { task: Task }) {
  const { t } = useTranslation("touch");
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: KEY });
  const path = { task_id: task.id };
  const done = useMutation({ mutationFn: () => answered(api.POST("/api/v1/staff-tasks/{task_id}/done", { params: { path } })), onSuccess: again });
  return (
    <Flex vertical gap={4}>
      <Flex gap="small">
        <Button size="small" type="primary" loading={done.isPending} onClick={() => done.mutate()}>
          {t("task.done")}
        </Button>
        <WithReason
          size="small"
          label={t("task.decline")}
          title={t("task.declineWhat", { title: task.title })}
          onDone={async (reason) => {
            await answered(api.POST("/api/v1/staff-tasks/{task_id}/decline", { params: { path }, body: { reason } }));
            await again();
          }}
        />
      </Flex>
      <ErrorNote error={done.error} />
    </Flex>
  );
}

import { Count, Loaded, Page, useInAddress, useLanguage, When } from "@siyu/kit";
import { Card, Descriptions, Flex, Select, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useAccounts } from "../../channels/accounts";
import { useGroupName, useStaffName } from "../../channels/mirrored";
import { MATERIAL_KINDS } from "../../content/content";
import { Thumb } from "../../content/parts/Thumb";
import { useCode } from "../words";
import { counted, STATES, useAnnouncement, type Announced, type Whole } from "./announcement";
import { Back } from "./Back";

const COLOURS: Partial<Record<string, string>> = { sent: "success", refused: "error", waiting: "warning", waits_for_staff: "warning", ready: "processing" };

/** One announcement: what it says, and what became of it for each group, and why. */
export function AnnouncementPage() {
  const { t } = useTranslation("touch");
  const query = useAnnouncement(Number(useParams()["id"]));
  return (
    <Page title={query.data?.announcement.name ?? t("announcement.one")} what={t("announcement.oneWhat")} above={<Back />}>
      <Loaded query={query}>
        {(whole) => (
          <Flex vertical gap="middle">
            <About whole={whole} />
            <Said whole={whole} />
            <Groups whole={whole} />
          </Flex>
        )}
      </Loaded>
    </Page>
  );
}

function State({ state }: { state: string }) {
  const { t } = useTranslation("touch");
  const known = STATES.find((one) => one === state);
  return (
    <Tag color={COLOURS[state]} style={{ margin: 0 }}>
      {known ? t(`announcement.state.${known}`) : state}
    </Tag>
  );
}

function About({ whole: { announcement: one, groups } }: { whole: Whole }) {
  const { t } = useTranslation("touch");
  const accounts = useAccounts().data ?? [];
  const sums = (
    <Flex gap="middle" wrap>
      {counted(groups).map(([state, count]) => (
        <span key={state}>
          <State state={state} /> <Count value={count} />
        </span>
      ))}
    </Flex>
  );
  return (
    <Descriptions
      size="small"
      bordered
      column={{ xs: 1, sm: 1, md: 1, lg: 2 }}
      items={[
        { key: "sums", label: t("announcement.groups"), span: "filled", children: sums },
        { key: "account", label: t("column.account"), children: accounts.find((account) => account.id === one.account_id)?.name ?? `#${one.account_id}` },
        { key: "programme", label: t("column.programme"), children: <Link to={`/touch/programmes?programme=${one.programme_id}`}>{t("announcement.pause")}</Link> },
        { key: "asked", label: t("announcement.asked"), children: <When at={one.asked_at} /> },
        { key: "valid", label: t("column.validUntil"), children: <When at={one.valid_until} /> },
      ]}
    />
  );
}

function Said({ whole: { text, attachments } }: { whole: Whole }) {
  const { t } = useTranslation("touch");
  const { t: ofJourneys } = useTranslation("journeys");
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("announcement.say")}</h2>}>
      <Flex vertical gap="small">
        {text && <Typography.Paragraph style={{ margin: 0, whiteSpace: "pre-wrap" }}>{text}</Typography.Paragraph>}
        {attachments.map(({ kind, fields = {} }, at) => (
          <Flex key={at} gap="small" align="center">
            <Thumb material={{ kind: MATERIAL_KINDS.find((one) => one === kind) ?? "file", fields, medium: fields["medium"] ?? "" }} size={48} />
            <span>{fields["title"] ?? ofJourneys(`forms.content.${kind as "link"}`, { defaultValue: kind })}</span>
            <Typography.Text type="secondary" ellipsis>
              {fields["url"] ?? fields["page"] ?? ""}
            </Typography.Text>
          </Flex>
        ))}
      </Flex>
    </Card>
  );
}

/** Why it stands as it does for a group: as the platform says, or as the gate does. */
function useWhy(): (one: Announced) => string {
  const { t } = useTranslation("touch");
  const language = useLanguage();
  const code = useCode();
  return (one) => {
    const reason = language === "zh" ? one.reason_zh : one.reason;
    if (reason) return reason;
    if (one.code && one.code !== one.state) return code(one.code);
    return one.state === "waits_for_staff" ? t("announcement.ownerConfirms") : "";
  };
}

function Groups({ whole: { announcement, groups } }: { whole: Whole }) {
  const { t } = useTranslation("touch");
  const groupName = useGroupName(announcement.account_id);
  const staffName = useStaffName(announcement.account_id);
  const why = useWhy();
  const [state, show] = useInAddress("state");
  const states = counted(groups).map(([one]) => one);
  const label = (one: string): string => {
    const known = STATES.find((name) => name === one);
    return known ? t(`announcement.state.${known}`) : one;
  };
  return (
    <Flex vertical gap="small">
      <Select aria-label={t("column.state")} placeholder={t("column.state")} allowClear value={state ?? undefined} options={states.map((value) => ({ value, label: label(value) }))} onChange={(value: string | undefined) => show(value ?? null)} style={{ width: 200 }} />
      <Table<Announced>
        aria-label={t("announcement.groups")}
        size="small"
        rowKey="group_id"
        scroll={{ x: "max-content" }}
        dataSource={groups.filter((one) => !state || one.state === state)}
        pagination={groups.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        columns={[
          { key: "group", title: t("announcement.group"), render: (_, row) => <Link to={`/channels/groups?account=${announcement.account_id}&group=${row.group_id}`}>{groupName(row.group_id)}</Link> },
          { key: "owner", title: t("announcement.owner"), render: (_, row) => staffName(row.staff_id) },
          { key: "state", title: t("column.state"), render: (_, row) => <State state={row.state} /> },
          { key: "why", title: t("column.reason"), render: (_, row) => <div style={{ maxWidth: 360, whiteSpace: "normal" }}>{why(row) || "—"}</div> },
          { key: "due", title: t("announcement.due"), render: (_, row) => <When at={row.due_at} /> },
        ]}
      />
    </Flex>
  );
}

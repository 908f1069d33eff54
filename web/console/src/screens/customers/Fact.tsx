import {
  EyeOutlined,
  IdcardOutlined,
  LinkOutlined,
  NotificationOutlined,
  ShoppingOutlined,
  SwapOutlined,
  TagOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  UserAddOutlined,
} from "@ant-design/icons";
import { Money, useFormat, When } from "@siyu/kit";
import { Button, Descriptions, Flex, Tag, theme, Typography } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";
import { useGroupName, useStaffName } from "../channels/mirrored";
import { useNames, useSourceName } from "./names";
import { sentence, tieOf, type Entry } from "./sentence";

const ICONS: Record<string, ReactNode> = {
  order: <ShoppingOutlined />,
  page: <EyeOutlined />,
  screen: <EyeOutlined />,
  event: <ThunderboltOutlined />,
  group: <LinkOutlined />,
  tag: <TagOutlined />,
  consent: <NotificationOutlined />,
  relation: <LinkOutlined />,
  friend: <UserAddOutlined />,
  chat: <TeamOutlined />,
  customer: <SwapOutlined />,
};

/** One thing that happened: a sentence, and on demand everything that is known of it. */
export function Fact({ entry }: { entry: Entry }) {
  const { t } = useTranslation("customers");
  const { token } = theme.useToken();
  const names = useNames();
  const { money, when } = useFormat();
  const [open, setOpen] = useState(false);
  const called = useCalledBy(entry);
  const said = sentence(entry, { t, names, money, called });
  return (
    <li style={{ borderInlineStart: `2px solid ${token.colorBorderSecondary}`, padding: "4px 0 4px 12px" }}>
      <Flex gap="small" align="baseline" wrap>
        <Typography.Text type="secondary" style={{ fontVariantNumeric: "tabular-nums", minWidth: 44 }}>
          <time dateTime={entry.occurred_at}>{when(entry.occurred_at).slice(-5)}</time>
        </Typography.Text>
        <Tag icon={ICONS[entry.kind.split(".")[0] ?? ""] ?? <IdcardOutlined />}>{names.kind(entry.kind)}</Tag>
        <span style={{ flex: "1 1 320px" }}>{said}</span>
        <Button type="link" size="small" aria-expanded={open} aria-label={`${t(open ? "timeline.closeDetails" : "timeline.details")}: ${said}`} onClick={() => setOpen(!open)}>
          {t(open ? "timeline.closeDetails" : "timeline.details")}
        </Button>
      </Flex>
      {open && <Details entry={entry} />}
    </li>
  );
}

/** Names of the staff and group chats that a fact of a channel speaks of; nothing is asked for the other facts. */
function useCalledBy({ kind, properties }: Entry): { staff: (id: string) => string; group: (id: string) => string } {
  const may = useMay();
  const scope = properties["scope"];
  const id = properties["account"] ?? (typeof scope === "string" ? tieOf(scope)?.account : undefined);
  const account = typeof id === "number" && may("channels.read") ? id : null;
  const staff = useStaffName(account);
  const group = useGroupName(kind.startsWith("chat.") || properties["relation"] === "group_member" ? account : null);
  return { staff, group };
}

function Details({ entry }: { entry: Entry }) {
  const { t } = useTranslation("customers");
  const names = useNames();
  const source = useSourceName();
  const items = [
    ...Object.entries(entry.properties).map(([field, value]) => ({ key: field, label: names.field(field), children: <Value field={field} value={value} /> })),
    ...(entry.amount_fen ? [{ key: "amount", label: t("orders.paid"), children: <Money fen={entry.amount_fen} /> }] : []),
    { key: "received", label: t("timeline.received"), children: <When at={entry.received_at} precision="second" /> },
    { key: "source", label: t("timeline.source"), children: source(entry.source_id) },
    { key: "message", label: t("timeline.message"), children: <Typography.Text copyable>{entry.message_id || "—"}</Typography.Text> },
    { key: "fact", label: t("timeline.factId"), children: String(entry.fact_id) },
  ];
  return <Descriptions size="small" bordered column={1} items={items} style={{ margin: "8px 0 12px", maxWidth: 900 }} />;
}

function Value({ field, value }: { field: string; value: unknown }) {
  if (typeof value === "number" && field.endsWith("_fen") && Number.isInteger(value)) return <Money fen={value} />;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  return <pre style={{ margin: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{JSON.stringify(value, null, 1)}</pre>;
}

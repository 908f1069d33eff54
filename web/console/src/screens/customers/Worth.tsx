import type { Schema } from "@siyu/api";
import { Count, Empty, Money, When } from "@siyu/kit";
import { Descriptions, Flex, Statistic, Table, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useNames } from "./names";

/** What somebody spent so far. */
export function Worth({ value }: { value: Schema<"Value"> }) {
  const { t } = useTranslation("customers");
  // Somebody who gave everything back made no purchase, but what was paid and refunded is worth seeing.
  if (value.orders === 0 && value.paid_fen === 0) return <Empty title={t("worth.none")} />;
  const items = [
    { key: "paid", label: t("worth.paid"), children: <Money fen={value.paid_fen} /> },
    { key: "refunded", label: t("worth.refunded"), children: <Money fen={value.refunded_fen} /> },
    { key: "first", label: t("worth.first"), children: <When at={value.first_order_at} precision="day" /> },
    { key: "last", label: t("worth.last"), children: <When at={value.last_order_at} ago /> },
  ];
  return (
    <Flex vertical gap="middle">
      <Flex gap={48} wrap>
        <Figure label={t("worth.net")} what={t("worth.netWhat")}>
          <Money fen={value.net_fen} />
        </Figure>
        <Figure label={t("worth.orders")}>
          <Count value={value.orders} />
        </Figure>
        {value.orders > 0 && (
          <Figure label={t("worth.average")}>
            <Money fen={Math.round(value.net_fen / value.orders)} />
          </Figure>
        )}
      </Flex>
      <Descriptions size="small" column={2} items={items} />
      {value.platforms.length > 1 && <Platforms value={value} />}
    </Flex>
  );
}

export function Figure({ label, what, children }: { label: string; what?: string; children: ReactNode }) {
  return (
    <div>
      <Statistic title={label} valueRender={() => children} styles={{ content: { fontSize: 24 } }} />
      {what && <Typography.Text type="secondary">{what}</Typography.Text>}
    </div>
  );
}

function Platforms({ value }: { value: Schema<"Value"> }) {
  const { t } = useTranslation("customers");
  const names = useNames();
  return (
    <Table<Schema<"PlatformValue">>
      aria-label={t("worth.byPlatform")}
      size="small"
      pagination={false}
      rowKey="platform"
      dataSource={value.platforms}
      columns={[
        { key: "platform", title: t("worth.byPlatform"), render: (_, one) => names.platform(one.platform) },
        { key: "orders", title: t("worth.orders"), align: "right", render: (_, one) => <Count value={one.orders} /> },
        { key: "paid", title: t("worth.paid"), align: "right", render: (_, one) => <Money fen={one.paid_fen} /> },
        { key: "refunded", title: t("worth.refunded"), align: "right", render: (_, one) => <Money fen={one.refunded_fen} /> },
      ]}
    />
  );
}

import { answered, api, type Schema } from "@siyu/api";
import { Empty, Loaded, Money, Sideways, useFormat, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Alert, Flex, Table, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { REWARDS } from "../rewards";
import { GiveBack } from "./GiveBack";

type Used = Schema<"UsedRead">;

/** Coupons that were used on an order; they come back with a refund of the order or of some of its lines. */
export function Uses({ order }: { order: string }) {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const { money } = useFormat();
  const [back, setBack] = useState<Schema<"ReturnedRead"> | null>(null);
  const query = useQuery({ queryKey: [...REWARDS, "uses", order], queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/coupons/uses", { signal, params: { query: { order } } })) });
  const isBack = (use: Used): boolean => use.coupons.every((one) => one.returned);
  const named = (ids: number[]): string => ids.map((id) => `#${id}`).join(" ");
  return (
    <Flex vertical gap="middle">
      {back && (
        <Alert
          type="success"
          showIcon
          role="status"
          title={[
            t("uses.said", { order, money: money(back.off_fen) }),
            back.coupons.length > 0 && t("uses.cameBack", { coupons: named(back.coupons) }),
            back.kept.length > 0 && t("uses.kept", { coupons: named(back.kept) }),
          ]
            .filter(Boolean)
            .join(" ")}
        />
      )}
      <Loaded query={query}>
        {(uses) =>
          uses.length === 0 ? (
            <Empty title={t("uses.none")} />
          ) : (
            <Sideways label={t("uses.title")}>
              <Table<Used>
                aria-label={t("uses.title")}
                size="small"
                rowKey="id"
                dataSource={uses}
                pagination={false}
                columns={[
                  { key: "order", title: t("using.order"), render: (_, row) => row.order },
                  { key: "customer", title: t("column.customer"), render: (_, row) => (row.customer_id ? <Link to={`/customers/${row.customer_id}`}>#{row.customer_id}</Link> : "—") },
                  { key: "off", title: t("uses.off"), align: "right", render: (_, row) => <Money fen={row.off_fen} /> },
                  { key: "coupons", title: t("uses.coupons"), render: (_, row) => <Flex gap={4}>{row.coupons.map((one) => <Tag key={one.coupon_id}>#{one.coupon_id}{one.returned ? ` · ${t("uses.isBack")}` : ""}</Tag>)}</Flex> },
                  { key: "at", title: t("uses.at"), render: (_, row) => <When at={row.used_at} /> },
                  { key: "act", title: t("column.act"), render: (_, row) => (may("rewards.redeem") && !isBack(row) ? <GiveBack use={row} onDone={setBack} /> : "—") },
                ]}
              />
            </Sideways>
          )
        }
      </Loaded>
    </Flex>
  );
}

import { answered, api, type Schema } from "@siyu/api";
import { Confirm, Empty, Loaded, Money, Sideways, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Flex, Table, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { REWARDS, useAgain } from "../rewards";

type Used = Schema<"UsedRead">;

/** Coupons that were used on an order; the whole order may be given back. */
export function Uses({ order }: { order: string }) {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const again = useAgain();
  const query = useQuery({ queryKey: [...REWARDS, "uses", order], queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/coupons/uses", { signal, params: { query: { order } } })) });
  const giveBack = async (use: Used): Promise<void> => {
    await answered(api.POST("/api/v1/rewards/coupons/uses/{use_id}/return", { params: { path: { use_id: use.id } }, body: {} }));
    await again();
  };
  const isBack = (use: Used): boolean => use.coupons.every((one) => one.returned);
  return (
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
                {
                  key: "act",
                  title: t("column.act"),
                  render: (_, row) =>
                    may("rewards.redeem") && !isBack(row) ? (
                      <Confirm size="small" label={t("uses.back")} title={t("uses.backTitle", { order: row.order })} onConfirm={() => giveBack(row)}>
                        {t("uses.backWhat")}
                      </Confirm>
                    ) : (
                      "—"
                    ),
                },
              ]}
            />
          </Sideways>
        )
      }
    </Loaded>
  );
}

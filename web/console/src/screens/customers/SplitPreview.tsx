import { answered, api } from "@siyu/api";
import { Identifier, Loaded, Loading, Money, useFormat, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Card, Flex, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useEvidenceWords, type Known } from "./links";
import { MOST_ORDERS, ordersUnder, type Moving } from "./moving";
import { useNames } from "./names";

/** What a split would do: who leaves and stays, which orders go along, which evidence it overrules. */
export function SplitPreview({ customerId, leaving }: { customerId: number; leaving: number[] }) {
  const { t } = useTranslation("review");
  const words = useEvidenceWords();
  const sorted = [...leaving].sort((a, b) => a - b);
  const path = { customer_id: customerId };
  const query = useQuery({
    queryKey: ["customers", customerId, "split-preview", sorted],
    queryFn: ({ signal }) =>
      answered(
        api.POST("/api/v1/customers/{customer_id}/split-preview", { signal, params: { path }, body: { identifier_ids: sorted } }),
      ),
  });
  const orders = useQuery({
    queryKey: ["customers", customerId, "split-orders", sorted],
    queryFn: ({ signal }) => ordersUnder(customerId, new Set(sorted), signal),
  });
  return (
    <Card size="small" title={<h2 style={{ fontSize: 15, margin: 0 }}>{t("split.preview")}</h2>} aria-live="polite">
      <Loaded query={query}>
        {(shown) => {
          const known = new Map([...shown.leaving, ...shown.staying].map((one) => [one.id, one]));
          return (
            <Flex vertical gap="middle">
              <Part title={t("split.leaving")}>
                <Identifiers of={shown.leaving} />
              </Part>
              <Part title={t("split.orders")}>{orders.isPending ? <Loading /> : <Loaded query={orders}>{(moving) => <Orders moving={moving} />}</Loaded>}</Part>
              <Part title={t("split.facts")}>
                <span>{t("split.factsAll")}</span>
              </Part>
              {shown.overruled.length > 0 && (
                <Part title={t("split.overruled", { count: shown.overruled.length })}>
                  {shown.overruled.map((edge) => (
                    <div key={`${edge.stronger}-${edge.weaker}`}>
                      {t("evidence.between", { one: words.called(edge.stronger, known.get(edge.stronger)), other: words.called(edge.weaker, known.get(edge.weaker)) })}
                      <Typography.Text type="secondary"> · {t(`state.${edge.state}`)}</Typography.Text>
                    </div>
                  ))}
                </Part>
              )}
              <Part title={t("split.staying")}>
                <Identifiers of={shown.staying} />
              </Part>
              <Typography.Text type="secondary">{t("split.profile")}</Typography.Text>
            </Flex>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Typography.Title level={3} style={{ fontSize: 14, margin: "0 0 6px" }}>
        {title}
      </Typography.Title>
      {children}
    </section>
  );
}

function Identifiers({ of }: { of: readonly Known[] }) {
  return (
    <Flex vertical gap={4}>
      {of.map((one) => (
        <Identifier key={one.id} type={one.type} value={one.value} scope={one.scope} copyable={false} />
      ))}
    </Flex>
  );
}

const FEW = 5;

function Orders({ moving }: { moving: Moving }) {
  const { t } = useTranslation("review");
  const names = useNames();
  const { money } = useFormat();
  if (moving.orders.length === 0 && moving.whole) return <span>{t("split.noOrders")}</span>;
  return (
    <Flex vertical gap={4}>
      <Typography.Text strong>{t("split.ordersOf", { count: moving.orders.length, amount: money(moving.paidFen) })}</Typography.Text>
      {moving.orders.slice(0, FEW).map((order) => (
        <div key={order.id}>
          <When at={order.ordered_at} precision="day" /> · <Money fen={order.paid_fen} /> · {names.platform(order.platform)} · {order.order_no}
        </div>
      ))}
      {!moving.whole && <Typography.Text type="secondary">{t("split.many", { count: MOST_ORDERS })}</Typography.Text>}
    </Flex>
  );
}

import { answered, api, type Schema } from "@siyu/api";
import { DataTable, DetailDrawer, Empty, Loaded, Money, Opener, useFormat, useInAddress, When, type Column } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Descriptions, Flex, Steps, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useNames, useSourceName } from "./names";
import { useCustomerId } from "./person";

export type Order = Schema<"Order">;

/** The orders of a customer; one opens beside the list. */
export function Orders() {
  const { t } = useTranslation("customers");
  const id = useCustomerId();
  const names = useNames();
  const [open, setOpen] = useInAddress("order");
  const columns: Column<Order>[] = [
    {
      key: "no",
      title: t("orders.no"),
      render: (order) => (
        <Opener size="small" onClick={() => setOpen(String(order.id))}>
          {order.order_no}
        </Opener>
      ),
    },
    { key: "at", title: t("orders.at"), render: (order) => <When at={order.ordered_at} /> },
    { key: "shop", title: t("orders.shop"), render: (order) => [names.platform(order.platform), order.shop].filter(Boolean).join(" · ") },
    { key: "goods", title: t("orders.goods"), render: (order) => <Goods order={order} /> },
    { key: "status", title: t("orders.status"), render: (order) => <Tag>{t(`orders.state.${order.status}`)}</Tag> },
    { key: "paid", title: t("orders.paid"), align: "right", render: (order) => <Money fen={order.paid_fen} /> },
    { key: "refunded", title: t("orders.refunded"), align: "right", render: (order) => <Money fen={order.refunded_fen || null} /> },
    { key: "total", title: t("orders.total"), align: "right", optional: true, render: (order) => <Money fen={order.total_fen} /> },
    { key: "raw", title: t("orders.raw"), optional: true, render: (order) => order.raw_status ?? "—" },
  ];
  return (
    <>
      <DataTable<Order>
        name="customer-orders"
        title={t("orders.title")}
        columns={columns}
        rowKey={(order) => order.id}
        queryKey={["customers", id, "orders"]}
        empty={<Empty title={t("orders.none")} />}
        load={async ({ cursor, limit }, signal) => {
          const page = await answered(ordersPage(id, cursor, limit, signal));
          return { rows: page.orders, next: page.next };
        }}
      />
      <OneOrder customerId={id} orderId={open} onClose={() => setOpen(null)} />
    </>
  );
}

function ordersPage(customerId: number, cursor: string | undefined, limit: number, signal: AbortSignal) {
  return api.GET("/api/v1/customers/{customer_id}/orders", { signal, params: { path: { customer_id: customerId }, query: { cursor, limit } } });
}

function Goods({ order }: { order: Order }) {
  const { t } = useTranslation("customers");
  const [first] = order.lines;
  if (!first) return typeof order.extra["titles"] === "string" ? <Short text={order.extra["titles"]} /> : "—";
  const pieces = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  const title = first.title ?? first.product_no ?? t("orders.unnamed");
  return <Short text={pieces > 1 ? t("orders.pieces", { title, count: pieces }) : title} />;
}

function Short({ text }: { text: string }) {
  return (
    <Typography.Text ellipsis={{ tooltip: text }} style={{ maxWidth: 260 }}>
      {text}
    </Typography.Text>
  );
}

/** There is no address for one order in the API: the pages are read until it is there. */
async function findOrder(customerId: number, orderId: number, signal: AbortSignal): Promise<Order | null> {
  let cursor: string | undefined;
  do {
    const page = await answered(ordersPage(customerId, cursor, 500, signal));
    const found = page.orders.find((order) => order.id === orderId);
    if (found) return found;
    cursor = page.next ?? undefined;
  } while (cursor);
  return null;
}

function OneOrder({ customerId, orderId, onClose }: { customerId: number; orderId: string | null; onClose: () => void }) {
  const { t } = useTranslation("customers");
  const query = useQuery({
    queryKey: ["customers", customerId, "orders", "one", orderId],
    enabled: orderId !== null,
    queryFn: ({ signal }) => findOrder(customerId, Number(orderId), signal),
  });
  return (
    <DetailDrawer open={orderId !== null} title={t("orders.show", { no: query.data?.order_no ?? "" })} width={760} onClose={onClose}>
      <Loaded query={query}>{(order) => (order ? <Whole order={order} /> : <Empty title={t("orders.none")} />)}</Loaded>
    </DetailDrawer>
  );
}

function Whole({ order }: { order: Order }) {
  const { t } = useTranslation("customers");
  const names = useNames();
  const source = useSourceName();
  const { when } = useFormat();
  const steps = [
    { title: t("orders.placed"), at: order.placed_at },
    { title: t("orders.paidAt"), at: order.paid_at },
    { title: t("orders.shipped"), at: order.shipped_at },
    order.closed_at ? { title: t("orders.closed"), at: order.closed_at } : { title: t("orders.received"), at: order.received_at },
  ];
  const done = steps.reduce((last, step, index) => (step.at ? index : last), 0);
  const items = [
    { key: "shop", label: t("orders.shop"), children: [names.platform(order.platform), order.shop].filter(Boolean).join(" · ") },
    { key: "status", label: t("orders.status"), children: t(`orders.state.${order.status}`) },
    { key: "total", label: t("orders.total"), children: <Money fen={order.total_fen} /> },
    { key: "postage", label: t("orders.postage"), children: <Money fen={order.postage_fen} /> },
    { key: "paid", label: t("orders.paid"), children: <Money fen={order.paid_fen} /> },
    { key: "refunded", label: t("orders.refunded"), children: <Money fen={order.refunded_fen} /> },
    { key: "raw", label: t("orders.raw"), children: order.raw_status ?? "—" },
    { key: "refund", label: t("orders.refundStatus"), children: order.refund_status ?? "—" },
    { key: "source", label: t("timeline.source"), children: source(order.source_id) },
  ];
  return (
    <Flex vertical gap="large">
      <Steps
        aria-label={t("orders.steps")}
        size="small"
        current={done}
        status={order.closed_at ? "error" : undefined}
        items={steps.map((step) => ({ title: step.title, content: step.at ? when(step.at) : "—" }))}
      />
      <Descriptions size="small" bordered column={2} items={items} />
      <Lines order={order} />
    </Flex>
  );
}

function Lines({ order }: { order: Order }) {
  const { t } = useTranslation("customers");
  if (order.lines.length === 0) return <Typography.Text type="secondary">{t("orders.noLines")}</Typography.Text>;
  return (
    <Table<Schema<"OrderLine">>
      aria-label={t("orders.goods")}
      size="small"
      pagination={false}
      scroll={{ x: "max-content" }}
      rowKey="line_no"
      dataSource={order.lines}
      columns={[
        { key: "title", title: t("orders.line"), render: (_, line) => <Short text={[line.title ?? line.product_no ?? t("orders.unnamed"), line.sku].filter(Boolean).join(" · ")} /> },
        { key: "category", title: t("orders.category"), render: (_, line) => line.category ?? "—" },
        { key: "price", title: t("orders.price"), align: "right", render: (_, line) => <Money fen={line.price_fen} /> },
        { key: "quantity", title: t("orders.quantity"), align: "right", render: (_, line) => line.quantity },
        { key: "paid", title: t("orders.paid"), align: "right", render: (_, line) => <Money fen={line.paid_fen} /> },
        { key: "refunded", title: t("orders.refunded"), align: "right", render: (_, line) => <Money fen={line.refunded_fen || null} /> },
      ]}
    />
  );
}

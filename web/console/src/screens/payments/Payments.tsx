import { answered, api, type Schema } from "@siyu/api";
import { DataTable, DetailDrawer, Empty, ErrorNote, Loaded, Money, Opener, Page, Sideways, useInAddress, When, type Column, type Filter } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Descriptions, Flex, Form, Input, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../app/session";
import { Field, YuanInput } from "../journeys/forms/fields";
import { useKey } from "../rewards/rewards";

type Payment = Schema<"PaymentRead">;
type Whole = Schema<"PaymentWhole">;
const PAYMENTS = ["payments"] as const;
const STATES = ["new", "open", "paid", "closed"] as const;
const COLOURS: Partial<Record<string, string>> = { paid: "success", done: "success", open: "processing", processing: "processing", failed: "error" };

/** What members paid, and what went back of it. */
export function Payments() {
  const { t } = useTranslation("payments");
  const [open, show] = useInAddress("payment");
  const columns: Column<Payment>[] = [
    { key: "number", title: t("number"), render: (row) => <Opener onClick={() => show(String(row.id))}>{row.number}</Opener> },
    { key: "customer", title: t("customer"), render: (row) => <Link to={`/customers/${row.customer_id}`}>#{row.customer_id}</Link> },
    { key: "description", title: t("description"), render: (row) => row.description },
    { key: "fen", title: t("fen"), align: "right", render: (row) => <Money fen={row.fen} /> },
    { key: "state", title: t("stateOf"), render: (row) => <Tag color={COLOURS[row.state]}>{t(`state.${row.state}`)}</Tag> },
    { key: "refunded", title: t("refunded"), align: "right", render: (row) => <Money fen={row.refunded_fen || null} /> },
    { key: "created", title: t("created"), render: (row) => <When at={row.created_at} /> },
    { key: "paid", title: t("paid"), render: (row) => <When at={row.paid_at} /> },
    { key: "about", title: t("about"), optional: true, render: (row) => row.about },
  ];
  const filters: Filter[] = [
    { kind: "choice", key: "state", label: t("stateOf"), choices: STATES.map((value) => ({ value, label: t(`state.${value}`) })) },
    { kind: "text", key: "customer", label: t("customerId"), width: 160 },
  ];
  return (
    <Page title={t("title")} what={t("what")}>
      <DataTable<Payment>
        name="payments"
        title={t("title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...PAYMENTS, "table"]}
        refresh={15_000}
        empty={<Empty title={t("none")} />}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const most = Math.min(limit, 200);
          const query = { state: STATES.find((one) => one === wanted["state"]), customer_id: Number(wanted["customer"]?.replace(/^#/, "")) || undefined, before: Number(cursor) || undefined, limit: most };
          const rows = await answered(api.GET("/api/v1/payments", { signal, params: { query } }));
          return { rows, next: rows.length === most ? String(rows.at(-1)?.id) : null };
        }}
      />
      <DetailDrawer open={open !== null} title={t("one")} onClose={() => show(null)}>
        {open !== null && <One id={Number(open)} />}
      </DetailDrawer>
    </Page>
  );
}

function One({ id }: { id: number }) {
  const { t } = useTranslation("payments");
  const may = useMay();
  const query = useQuery({ queryKey: [...PAYMENTS, id], queryFn: ({ signal }) => answered(api.GET("/api/v1/payments/{payment_id}", { signal, params: { path: { payment_id: id } } })) });
  return (
    <Loaded query={query}>
      {(one) => (
        <Flex vertical gap="middle">
          <Descriptions
            size="small"
            bordered
            column={1}
            items={[
              { key: "state", label: t("stateOf"), children: <Tag color={COLOURS[one.state]}>{t(`state.${one.state}`)}</Tag> },
              { key: "next", label: t("next"), children: t(`todo.${one.state}`) },
              { key: "number", label: t("number"), children: one.number },
              { key: "platform", label: t("platformId"), children: one.platform_id || "—" },
              { key: "customer", label: t("customer"), children: <Link to={`/customers/${one.customer_id}`}>#{one.customer_id}</Link> },
              { key: "description", label: t("description"), children: one.description },
              { key: "about", label: t("about"), children: one.about },
              { key: "fen", label: t("fen"), children: <Money fen={one.fen} /> },
              { key: "refunded", label: t("refunded"), children: <Money fen={one.refunded_fen} /> },
              { key: "created", label: t("created"), children: <When at={one.created_at} /> },
              { key: "expires", label: t("expires"), children: <When at={one.expires_at} /> },
              { key: "paid", label: t("paid"), children: <When at={one.paid_at} /> },
            ]}
          />
          <Look payment={one} />
          <Refunds payment={one} />
          {may("payments.reverse") && one.state === "paid" && one.refunded_fen < one.fen && <Refund payment={one} />}
        </Flex>
      )}
    </Loaded>
  );
}

function useAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: PAYMENTS });
}

/** Ask the platform now: where its word has not come yet. */
function Look({ payment }: { payment: Whole }) {
  const { t } = useTranslation("payments");
  const again = useAgain();
  const looking = useMutation({ mutationFn: () => answered(api.POST("/api/v1/payments/{payment_id}/look", { params: { path: { payment_id: payment.id } } })), onSuccess: again });
  return (
    <div>
      <ErrorNote error={looking.error} />
      <Button loading={looking.isPending} onClick={() => looking.mutate()}>
        {t("look")}
      </Button>{" "}
      <Typography.Text type="secondary">{t("lookWhat")}</Typography.Text>
    </div>
  );
}

function Refunds({ payment }: { payment: Whole }) {
  const { t } = useTranslation("payments");
  if (payment.refunds.length === 0) return null;
  return (
    <Sideways label={t("refunds")}>
      <Table<Whole["refunds"][number]>
        aria-label={t("refunds")}
        size="small"
        rowKey="id"
        pagination={false}
        dataSource={payment.refunds}
        columns={[
          { key: "fen", title: t("fen"), align: "right", render: (_, row) => <Money fen={row.fen} /> },
          { key: "state", title: t("stateOf"), render: (_, row) => <Tag color={COLOURS[row.state]}>{t(`refundState.${row.state}`)}</Tag> },
          { key: "reason", title: t("reason"), render: (_, row) => row.reason },
          { key: "at", title: t("created"), render: (_, row) => <When at={row.created_at} /> },
          { key: "done", title: t("done"), render: (_, row) => <When at={row.done_at} /> },
        ]}
      />
    </Sideways>
  );
}

function Refund({ payment }: { payment: Whole }) {
  const { t } = useTranslation("payments");
  const again = useAgain();
  const [key, renew] = useKey();
  const [fen, setFen] = useState<number | null>(payment.fen - payment.refunded_fen);
  const [reason, setReason] = useState("");
  const refunding = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/payments/{payment_id}/refunds", { params: { path: { payment_id: payment.id } }, body: { key, fen: fen ?? 0, reason: reason.trim() } })),
    onSuccess: async () => {
      renew();
      setReason("");
      await again();
    },
  });
  return (
    <Form layout="vertical" component="div">
      <Flex gap="middle" wrap>
        <Field label={t("refundFen")} required>
          <YuanInput label={t("refundFen")} value={fen} onChange={setFen} />
        </Field>
        <Field label={t("reason")} required>
          <Input aria-label={t("reason")} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} style={{ width: 260 }} />
        </Field>
      </Flex>
      <ErrorNote error={refunding.error} />
      <Button danger disabled={!fen || reason.trim().length < 3} loading={refunding.isPending} onClick={() => refunding.mutate()}>
        {t("refund")}
      </Button>
    </Form>
  );
}

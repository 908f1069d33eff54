import { answered, api } from "@siyu/api";
import { Confirm, Count, DataTable, DetailDrawer, Empty, Loaded, Money, Opener, Page, useInAddress, When, type Column, type Filter } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Descriptions, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { WithReason } from "../../touch/WithReason";
import { Standing } from "../parts/Standing";
import { REDEMPTION_STATES, REWARDS, useAgain, useNameOf, useOffers, type Redemption } from "../rewards";

/** What was redeemed, how it stands, and what is to be done. */
export function Redemptions() {
  const { t } = useTranslation("rewards");
  const offer = useNameOf("offer");
  const offers = useOffers().data ?? [];
  const [open, show] = useInAddress("redemption");
  const columns: Column<Redemption>[] = [
    { key: "id", title: t("redemption.one"), render: (row) => <Opener onClick={() => show(String(row.id))}>#{row.id}</Opener> },
    { key: "offer", title: t("offer.one"), render: (row) => <Link to={`/members/shop/${row.offer_id}`}>{offer(row.offer_id)}</Link> },
    { key: "customer", title: t("column.customer"), render: (row) => <Link to={`/customers/${row.customer_id}`}>#{row.customer_id}</Link> },
    { key: "pieces", title: t("redeemFor.pieces"), align: "right", render: (row) => <Count value={row.pieces} /> },
    { key: "points", title: t("redemption.points"), align: "right", render: (row) => <Count value={row.points} /> },
    { key: "cash", title: t("redemption.cash"), align: "right", render: (row) => <Money fen={row.cash_fen || null} /> },
    { key: "state", title: t("column.state"), render: (row) => <Standing state={row.state} /> },
    { key: "next", title: t("redemption.next"), render: (row) => t(`redemption.todo.${row.state}`) },
    { key: "placed", title: t("redemption.placed"), render: (row) => <When at={row.placed_at} /> },
    { key: "changed", title: t("column.changed"), optional: true, render: (row) => <When at={row.changed_at} /> },
  ];
  const filters: Filter[] = [
    { kind: "choice", key: "state", label: t("column.state"), choices: REDEMPTION_STATES.map((value) => ({ value, label: t(`state.${value}`) })) },
    { kind: "choice", key: "offer", label: t("offer.one"), choices: offers.map((one) => ({ value: String(one.id), label: one.terms.name })) },
    { kind: "text", key: "customer", label: t("redeemFor.customer"), width: 160 },
  ];
  return (
    <Page title={t("redemption.title")} what={t("redemption.what")}>
      <DataTable<Redemption>
        name="rewards.redemptions"
        title={t("redemption.title")}
        columns={columns}
        filters={filters}
        rowKey={(row) => row.id}
        queryKey={[...REWARDS, "redemptions"]}
        refresh={15_000}
        empty={<Empty title={t("redemption.none")} />}
        load={async ({ filters: wanted, cursor, limit }, signal) => {
          const query = {
            state: REDEMPTION_STATES.find((one) => one === wanted["state"]),
            offer_id: Number(wanted["offer"]) || undefined,
            customer_id: Number(wanted["customer"]?.replace(/^#/, "")) || undefined,
            cursor,
            limit,
          };
          const page = await answered(api.GET("/api/v1/rewards/redemptions", { signal, params: { query } }));
          return { rows: page.redemptions, next: page.next };
        }}
      />
      <DetailDrawer open={open !== null} title={t("redemption.number", { id: open ?? "" })} onClose={() => show(null)}>
        {open !== null && <One id={Number(open)} />}
      </DetailDrawer>
    </Page>
  );
}

function One({ id }: { id: number }) {
  const { t } = useTranslation("rewards");
  const offer = useNameOf("offer");
  const query = useQuery({ queryKey: [...REWARDS, "redemption", id], queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/redemptions/{redemption_id}", { signal, params: { path: { redemption_id: id } } })) });
  return (
    <Loaded query={query}>
      {(one) => (
        <Flex vertical gap="middle">
          <Descriptions
            size="small"
            bordered
            column={1}
            items={[
              { key: "state", label: t("column.state"), children: <Standing state={one.state} /> },
              { key: "offer", label: t("offer.one"), children: <Link to={`/members/shop/${one.offer_id}`}>{offer(one.offer_id)}</Link> },
              { key: "customer", label: t("column.customer"), children: <Link to={`/customers/${one.customer_id}`}>#{one.customer_id}</Link> },
              { key: "pieces", label: t("redeemFor.pieces"), children: <Count value={one.pieces} /> },
              { key: "points", label: t("redemption.points"), children: <Count value={one.points} /> },
              { key: "cash", label: t("redemption.cash"), children: <Money fen={one.cash_fen} /> },
              { key: "placed", label: t("redemption.placed"), children: <When at={one.placed_at} /> },
              { key: "changed", label: t("column.changed"), children: <When at={one.changed_at} /> },
              ...(one.until ? [{ key: "until", label: t("redemption.until"), children: <When at={one.until} /> }] : []),
            ]}
          />
          <ToDo redemption={one} />
        </Flex>
      )}
    </Loaded>
  );
}

function ToDo({ redemption: one }: { redemption: Redemption }) {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const again = useAgain();
  const params = { path: { redemption_id: one.id } };
  const fulfil = async (): Promise<void> => {
    await answered(api.POST("/api/v1/rewards/redemptions/{redemption_id}/fulfil", { params }));
    await again();
  };
  const cancel = async (reason: string): Promise<void> => {
    await answered(api.POST("/api/v1/rewards/redemptions/{redemption_id}/cancel", { params, body: { reason } }));
    await again();
  };
  return (
    <Flex vertical gap="small">
      <Typography.Text>{t(`redemption.todo.${one.state}`)}</Typography.Text>
      {may("rewards.redeem") && (one.state === "placed" || one.state === "awaiting_payment") && (
        <Flex gap="small" wrap>
          {one.state === "placed" && (
            <Confirm type="primary" label={t("redemption.fulfil")} title={t("redemption.fulfilTitle")} onConfirm={fulfil}>
              {t("redemption.fulfilWhat")}
            </Confirm>
          )}
          <WithReason danger label={t("redemption.cancel")} title={t("redemption.cancelTitle")} onDone={cancel}>
            {t("redemption.cancelWhat")}
          </WithReason>
        </Flex>
      )}
    </Flex>
  );
}

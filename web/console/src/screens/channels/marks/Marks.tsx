import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, DetailDrawer, Empty, Opener, Page, useInAddress, When, type Column } from "@siyu/kit";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Account } from "../accounts";
import { OfAccount } from "../staff/OfAccount";
import { OrderDetail } from "./OrderDetail";

type Order = Schema<"MarkOrderRead">;

/** Orders to put tags on contacts or to take them off, and how far each is. */
export function Marks() {
  const { t } = useTranslation("channels");
  return (
    <Page title={t("marks.title")} what={<>{t("marks.what")} <Link to="/channels/contacts">{t("marks.start")}</Link></>}>
      <OfAccount needs="tagging">{(account, choice) => <List key={account.id} account={account} choice={choice} />}</OfAccount>
    </Page>
  );
}

function List({ account, choice }: { account: Account; choice: ReactNode }) {
  const { t } = useTranslation("channels");
  const [shown, show] = useInAddress("order");
  const columns: Column<Order>[] = [
    {
      key: "asked",
      title: t("marks.askedAt"),
      render: (row) => (
        <Opener onClick={() => show(String(row.id))}>
          <When at={row.asked_at} />
        </Opener>
      ),
    },
    { key: "total", title: t("marks.contacts"), align: "right", render: (row) => <Count value={row.total} /> },
    { key: "waiting", title: t("marks.states.waiting"), align: "right", render: (row) => <Count value={row.waiting} /> },
    { key: "done", title: t("marks.states.done"), align: "right", render: (row) => <Count value={row.done} /> },
    { key: "failed", title: t("marks.states.failed"), align: "right", render: (row) => <Count value={row.failed} /> },
    { key: "actor", title: t("handovers.by"), optional: true, render: (row) => row.actor },
  ];
  return (
    <>
      <DataTable<Order>
        name="channels.marks"
        title={t("marks.title")}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={["channels", "marks", account.id]}
        refresh={10_000}
        empty={<Empty title={t("marks.empty")} />}
        actions={choice}
        load={async (_, signal) => ({ rows: await answered(api.GET("/api/v1/channels/accounts/{account_id}/marks", { signal, params: { path: { account_id: account.id } } })), next: null })}
      />
      <DetailDrawer open={shown !== null} title={t("marks.one")} width={760} onClose={() => show(null)}>
        {shown !== null && <OrderDetail account={account} id={Number(shown)} />}
      </DetailDrawer>
    </>
  );
}
